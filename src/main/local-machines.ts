import type { Clock } from "../base/clock.ts";
import type { MachineFacts } from "../cluster/machine-registry.ts";
import type { CallOutcome } from "../model/call.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { Machine } from "../model/machine.ts";
import type { Machines } from "../ports/machines.ts";

export interface LocalMachinesParts {
  readonly clock: Pick<Clock, "nowMs">;
  readonly facts: () => MachineFacts;
  /** The names of its servers. */
  readonly servers: () => readonly string[];
}

/** The machines of a process that is not in a cluster: itself. */
export function localMachines({ clock, facts, servers }: LocalMachinesParts): Machines {
  const registeredAtMs = clock.nowMs();
  const local = (): Machine => ({
    ...facts(),
    machineId: LOCAL_MACHINE,
    status: "online",
    runningServices: servers(),
    registeredAtMs,
    lastHeartbeatAtMs: clock.nowMs(),
  });
  return {
    list: () => [local()],
    get: (machineId) => (machineId === LOCAL_MACHINE ? local() : undefined),
    services: () => [],
    onChange: () => ({ [Symbol.dispose]: () => undefined }),
    call: async (machineId): Promise<CallOutcome> => ({
      kind: "failed",
      accepted: false,
      error: { kind: "connection", message: `no machine has the name "${machineId}": this process is in no cluster` },
    }),
  };
}
