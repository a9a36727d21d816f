import type { CallGate } from "../ports/tool-caller.ts";

/** A gate that is asked at most once whether the call may be sent, however many replicas it is sent to. */
export function askedOnce(gate: CallGate): CallGate {
  let asked: Promise<void> | undefined;
  return {
    sending: () => (asked ??= gate.sending()),
    progress: (progress) => gate.progress(progress),
    stage: (stage) => gate.stage(stage),
  };
}
