import type { Clock } from "../base/clock.ts";
import type { CallOutcome, CallRequest } from "../model/call.ts";
import type { Connections } from "../ports/connections.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { CallGate, ToolCaller } from "../ports/tool-caller.ts";
import { answerFromCache } from "./answer-from-cache.ts";
import { askToSend } from "./ask-to-send.ts";
import { type CallLimits, takePlace } from "./take-place.ts";
import { fillInSecrets } from "./fill-in-secrets.ts";
import { sendToServer } from "./send-to-server.ts";

/** One call on its way. A stage may change the request it hands on. */
export interface CallOnItsWay {
  readonly request: CallRequest;
  readonly gate: CallGate;
  readonly signal: AbortSignal;
}

export type NextStage = (call: CallOnItsWay) => Promise<CallOutcome>;

/** One job on the path of a call: it answers itself, or hands the call on and may look at the answer. */
export type CallStage = (call: CallOnItsWay, next: NextStage) => Promise<CallOutcome>;

export interface CallPathPorts {
  readonly connections: Connections;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly limits: CallLimits;
}

/** The path of one call from the engine to a server, and back: this list, from top to bottom. */
export function createToolCaller(ports: CallPathPorts): ToolCaller {
  const stages: readonly CallStage[] = [
    answerFromCache(ports.clock),
    takePlace(ports.limits),
    fillInSecrets(ports.secrets),
    askToSend, // From here on the call may have taken effect.
  ];
  const path = stages.reduceRight<NextStage>((next, stage) => (call) => stage(call, next), sendToServer(ports.connections));
  return { call: (request, gate, signal) => path({ request, gate, signal }) };
}
