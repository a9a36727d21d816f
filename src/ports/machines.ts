import type { CallOutcome } from "../model/call.ts";
import type { Machine, MachineService } from "../model/machine.ts";
import type { WireCall } from "./connections.ts";
import type { CallObserver } from "./tool-caller.ts";

/** The machines that tasks can be sent to, this one among them. */
export interface Machines {
  /** By name, this one first. */
  list(): readonly Machine[];
  get(machineId: string): Machine | undefined;
  /** What a machine announces; empty when it is not there. */
  services(machineId: string): readonly MachineService[];
  /** Tells that a machine has come, has gone, or is another than it was. */
  onChange(listener: (machineId: string) => void): Disposable;
  /**
   * Uses a tool of a server of another machine. Whatever goes wrong is a `CallOutcome`, never a rejection: `accepted:
   * false` while the machine is known not to have begun, `unknown` when it has gone or hangs meanwhile.
   */
  call(machineId: string, call: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome>;
}
