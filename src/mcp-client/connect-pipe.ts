import { type PriorDiscovery, ProtocolError } from "@modelcontextprotocol/client";
import type { Connected, ConnectPlan } from "./connected.ts";
import { CAPABILITIES, clientInfo } from "./create-client.ts";
import { askEra, type EraAnswer, MODERN_VERSION } from "./era.ts";
import { NO_TIMEOUT_MS } from "./plain-request.ts";
import { StartError } from "./start-error.ts";
import type { ServerTransport } from "./wire-fault.ts";

const LEGACY: PriorDiscovery = { kind: "legacy" };

/**
 * Agrees on the protocol with a server to which there is a pipe: stdio, or a socket. One is enough where the server allows it.
 *
 * A server that ends because of the question for its era is connected to again and not asked. One that was silent and then
 * refuses the older handshake was slow to start: it is connected to again and given its time.
 *
 * @param createTransport - makes one that has not been started
 * @throws StartError
 */
export async function connectPipe(createTransport: () => ServerTransport, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  const era = plan.fixedEra ?? plan.knownEra;
  const over = (findEra: FindEra): Promise<Connected> => overPipe(createTransport(), findEra, plan, signal);
  if (era === "legacy") return await over(() => Promise.resolve(LEGACY));
  const patient = plan.fixedEra === "modern";
  let answer: EraAnswer | undefined;
  try {
    return await over(async (transport) => {
      answer = await ask(transport, plan, patient, signal);
      return answer;
    });
  } catch (error) {
    if (signal.aborted || patient) throw error;
    const refused = error instanceof StartError && error.cause instanceof ProtocolError;
    if (answer === "died") return await over(() => Promise.resolve(LEGACY));
    if (answer !== "silent" || !refused) throw error;
    return await over((transport) => ask(transport, plan, true, signal));
  }
}

type FindEra = (transport: ServerTransport) => Promise<EraAnswer>;

/** Starts the transport, has the era found out, and shakes hands. The transport is closed when this rejects. */
async function overPipe(transport: ServerTransport, findEra: FindEra, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  const stop = (): void => void transport.close();
  signal.addEventListener("abort", stop, { once: true });
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
    const refusal = error instanceof StartError ? { retryAfterMs: error.retryAfterMs, reached: error.reached } : {};
    const message = transport.ending?.message ?? failure.message;
    const startError = new StartError(message, { stderr: transport.stderr(), ...refusal, cause: error });
    await stopped;
    throw startError;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function ask(transport: ServerTransport, plan: ConnectPlan, patient: boolean, signal: AbortSignal): Promise<EraAnswer> {
  const { ports } = plan;
  return askEra(transport, { clientInfo: clientInfo(ports), capabilities: CAPABILITIES, clock: ports.clock, patient }, signal);
}
