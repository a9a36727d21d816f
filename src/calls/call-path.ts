import type { Clock } from "../base/clock.ts";
import type { Connections } from "../ports/connections.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { answerFromCache } from "./answer-from-cache.ts";
import { askToSend } from "./ask-to-send.ts";
import type { CallStage, NextStage } from "./call-stage.ts";
import { type CallLimits, takePlace } from "./take-place.ts";
import { fillInSecrets } from "./fill-in-secrets.ts";
import { hideSecrets } from "./hide-secrets.ts";
import type { RememberedSecrets } from "./remember-secrets.ts";
import { sendToServer } from "./send-to-server.ts";

export interface CallPathPorts {
  readonly connections: Connections;
  readonly secrets: RememberedSecrets;
  readonly clock: Clock;
  readonly limits: CallLimits;
}

/** The path of one call from the engine to a server, and back: this list, from top to bottom. */
export function createToolCaller(ports: CallPathPorts): ToolCaller {
  const stages: readonly CallStage[] = [
    answerFromCache(ports.clock),
    takePlace(ports.limits),
    hideSecrets(ports.secrets),
    fillInSecrets(ports.secrets),
    askToSend, // From here on the call may have taken effect.
  ];
  const path = stages.reduceRight<NextStage>((next, stage) => (call) => stage(call, next), sendToServer(ports.connections));
  const names = new Set(ports.connections.names);
  return { serves: (server) => names.has(server), call: (request, gate, signal) => path({ request, meta: request.meta, gate, signal }) };
}
