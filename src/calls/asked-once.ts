import type { CallGate } from "../ports/tool-caller.ts";

/**
 * A gate that is asked once whether the call may be sent, however many replicas it is sent to; and again for each other
 * machine, because what happened on one is to be looked for there.
 */
export function askedOnce(gate: CallGate): CallGate {
  let asked: { readonly machine: string | undefined; readonly answer: Promise<void> } | undefined;
  return {
    sending(machine) {
      if (asked === undefined || asked.machine !== machine) asked = { machine, answer: gate.sending(machine) };
      return asked.answer;
    },
    progress: (progress) => gate.progress(progress),
    stage: (stage) => gate.stage(stage),
  };
}
