/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { Client, type ClientCapabilities, type Implementation, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/client";
import { answerElicitation, readQuestion } from "./answer-elicitation.ts";
import { isLateEraAnswer } from "./era.ts";
import type { LiveCall } from "./live-call.ts";
import { LINE_CHARACTERS_MAX } from "./server-log.ts";
import type { SessionPorts } from "./session-ports.ts";

/** What servers are told that Tutti can do. It has no language model to lend, so there is no sampling. */
export const CAPABILITIES: ClientCapabilities = { elicitation: { form: {}, url: {} }, roots: {} };

/** Who servers are told is calling. */
export function clientInfo(ports: SessionPorts): Implementation {
  return { name: "tutti", version: ports.clientVersion };
}

/**
 * A client of the SDK that answers what servers ask and logs what they say. It is not connected yet.
 *
 * @param calls - those in flight, which wait while a person is asked
 */
export function createClient(ports: SessionPorts, calls: ReadonlySet<LiveCall>, onToolsChanged: () => void): Client {
  const { server, elicitor, log } = ports;
  const client = new Client(clientInfo(ports), { capabilities: CAPABILITIES });
  client.setRequestHandler("elicitation/create", async (request, context) => {
    return await answerElicitation(readQuestion(server, request.params), elicitor, calls, context.mcpReq.signal);
  });
  // An empty list, and not our own directory: a server takes its roots in place of what its configuration allows it.
  client.setRequestHandler("roots/list", () => ({ roots: [] }));
  client.setNotificationHandler("notifications/tools/list_changed", onToolsChanged);
  client.setNotificationHandler("notifications/message", ({ params }) => {
    const text = typeof params.data === "string" ? params.data : JSON.stringify(params.data);
    log.write({ server, source: "message", text: `${params.level}: ${text}`.slice(0, LINE_CHARACTERS_MAX) });
  });
  client.fallbackRequestHandler = async ({ method }) => {
    throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `Tutti does not offer "${method}" to servers`);
  };
  client.onerror = (error) => {
    if (!isLateEraAnswer(error)) log.write({ server, source: "connection", text: error.message.slice(0, LINE_CHARACTERS_MAX) });
  };
  return client;
}
