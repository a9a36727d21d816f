import { unreachable } from "../base/assert.ts";
import { type CallRef, callId, type MachineChoice, withoutRole } from "../model/call.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { Effect, ToolUse } from "../model/workflow.ts";
import type { ExecutionState, StepState } from "./execution-state.ts";

/**
 * On which machines a call may be done; undefined where the step says nothing and nothing has happened elsewhere.
 *
 * Machines do not share the state of their servers. So what was done on one of them is looked for, repeated with the same
 * key, and undone there, and nowhere else: another machine would say that it knows of nothing.
 */
export function machinesFor(
  state: ExecutionState,
  step: StepState,
  call: { readonly ref: CallRef; readonly tool: ToolUse; readonly effect: Effect },
): MachineChoice | undefined {
  const { targetMachines, otherMachines = [] } = step.node.step;
  const asked = targetMachines === undefined ? undefined : { targets: targetMachines, others: otherMachines };
  switch (call.ref.role) {
    case undefined:
      return repeatedOn(state, call, asked) ?? asked;
    case "verify":
      return ofSameServer(step, call.tool) ? only(state.calls.get(callId(withoutRole(call.ref)))?.machine) : undefined;
    case "compensate":
      return ofSameServer(step, call.tool) ? only(state.toUndo.at(-1)?.machine) : undefined;
    case "fallback":
    case "stale":
      return undefined;
    default:
      return unreachable(call.ref.role);
  }
}

/** Where a call has to be repeated that may have been done: the server there knows its key, and no other does. */
function repeatedOn(
  state: ExecutionState,
  { ref, effect }: { readonly ref: CallRef; readonly effect: Effect },
  asked: MachineChoice | undefined,
): MachineChoice | undefined {
  const { unknown, machine } = state.calls.get(callId(ref)) ?? {};
  if (effect !== "once" || unknown !== true || machine === undefined) return undefined;
  return asked === undefined ? only(machine) : { targets: [machine], others: [] };
}

function ofSameServer({ node }: StepState, { server }: ToolUse): boolean {
  const { action } = node.step;
  return action.kind === "tool" && action.server === server;
}

function only(machine: string | undefined): MachineChoice | undefined {
  return machine === undefined || machine === LOCAL_MACHINE ? undefined : { targets: [machine], others: [] };
}
