import { type PriorDiscovery, ProtocolError } from "@modelcontextprotocol/client";
import type { StdioConnection } from "../model/server.ts";
import type { Connected, ConnectPlan } from "./connected.ts";
import { CAPABILITIES, clientInfo } from "./create-client.ts";
import { askEra, type EraAnswer, MODERN_VERSION } from "./era.ts";
import { NO_TIMEOUT_MS } from "./plain-request.ts";
import { StartError } from "./start-error.ts";
import { StdioTransport } from "./stdio-transport.ts";

const LEGACY: PriorDiscovery = { kind: "legacy" };

/**
 * Starts a server as a child process and agrees with it on the protocol, with one child where the server allows it.
 *
 * A server that dies of the question for its era is started again and not asked. One that was silent and then refuses
 * the older handshake was slow to start: it is started again and given its time.
 *
 * @throws StartError
 */
export async function connectStdio(connection: StdioConnection, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  const era = plan.fixedEra ?? plan.knownEra;
  if (era === "legacy") return await inChild(connection, plan, signal, () => Promise.resolve(LEGACY));
  const patient = plan.fixedEra === "modern";
  let answer: EraAnswer | undefined;
  try {
    return await inChild(connection, plan, signal, async (transport) => {
      answer = await ask(transport, plan, patient, signal);
      return answer;
    });
  } catch (error) {
    if (signal.aborted || patient) throw error;
    const refused = error instanceof StartError && error.cause instanceof ProtocolError;
    if (answer === "died") return await inChild(connection, plan, signal, () => Promise.resolve(LEGACY));
    if (answer !== "silent" || !refused) throw error;
    return await inChild(connection, plan, signal, (transport) => ask(transport, plan, true, signal));
  }
}

/** One child: starts it, has its era found out, and shakes hands with it. It is gone when this rejects. */
async function inChild(
  connection: StdioConnection,
  plan: ConnectPlan,
  signal: AbortSignal,
  findEra: (transport: StdioTransport) => Promise<EraAnswer>,
): Promise<Connected> {
  const transport = new StdioTransport(connection, plan.ports);
  try {
    await transport.start();
    const answer = await findEra(transport);
    if (answer === "died") throw new Error("it ended when it was asked for its protocol version");
    const prior = answer === "silent" ? LEGACY : answer;
    if (plan.fixedEra === "modern" && prior.kind === "legacy")
      throw new Error(`it does not speak MCP ${MODERN_VERSION}, which its configuration asks for`);
    const client = plan.createClient();
    await client.connect(transport, { prior, signal, timeout: NO_TIMEOUT_MS });
    return { client, transport, era: prior.kind };
  } catch (error) {
    const failure = signal.aborted ? (signal.reason as Error) : (error as Error);
    const stopped = transport.close();
    const startError = new StartError(transport.ending?.message ?? failure.message, { stderr: transport.stderr(), cause: error });
    await stopped;
    throw startError;
  }
}

function ask(transport: StdioTransport, plan: ConnectPlan, patient: boolean, signal: AbortSignal): Promise<EraAnswer> {
  const { ports } = plan;
  return askEra(transport, { clientInfo: clientInfo(ports), capabilities: CAPABILITIES, clock: ports.clock, patient }, signal);
}
