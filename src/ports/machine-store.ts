import type { Machine } from "../model/machine.ts";

/** Keeps which machines have ever joined, so that they are known as offline after a restart. */
export interface MachineStore {
  /** By name. */
  load(): readonly Machine[];
  /** Replaces what was known of a machine. Resolves when it is durable. */
  save(machine: Machine): Promise<void>;
  /** Forgets it. */
  remove(machineId: string): Promise<void>;
}
