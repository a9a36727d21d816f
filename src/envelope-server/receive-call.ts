import { DEPTH_MAX, tooDeep } from "../base/too-deep.ts";
import type { JsonObject } from "../base/json.ts";
import { EnvelopeInvalidError } from "../envelope/envelope-invalid-error.ts";
import type { Envelope } from "../envelope/envelope.ts";
import { newMeta } from "../envelope/new-meta.ts";
import type { McpToolCall, McpToolResponse } from "../envelope/payloads.ts";
import type { CallSettings, EnvelopeServer, EnvelopeServerPorts } from "./envelope-server.ts";
import { readCallMeta } from "./read-call-meta.ts";
import { responseMeta } from "./response-meta.ts";
import { ToolError } from "./tool-error.ts";

/** A `tools/call` as it came over the wire. */
export interface ReceivedCall extends McpToolCall {
  /** `params._meta` */
  readonly meta: JsonObject;
}

/** Makes an envelope of what came, and answers it. What is beside the arguments and makes no sense is refused. */
export async function receiveCall(
  server: EnvelopeServer,
  { tool, parameters, meta: given }: ReceivedCall,
  settings: CallSettings,
  ports: EnvelopeServerPorts,
): Promise<Envelope<McpToolResponse>> {
  try {
    // Validating and printing descend into it: a million brackets would end the process.
    if (tooDeep(parameters)) throw new EnvelopeInvalidError([`the arguments are nested too deeply: at most ${DEPTH_MAX} levels`]);
    const { meta, idempotencyKey } = readCallMeta(given);
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    return await server.handleEnvelopeCall({ meta, data: { tool, parameters } }, { ...settings, ...key });
  } catch (error) {
    if (!(error instanceof EnvelopeInvalidError)) throw error;
    const { problems, message } = error;
    const answer = { meta: newMeta(ports), error: new ToolError(message, { type: "Envelope", details: { problems } }).error };
    return { ...answer, meta: responseMeta(answer.meta, answer, { nowMs: ports.clock.nowMs(), durationMs: 0 }) };
  }
}
