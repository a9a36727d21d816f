import type { MachineChoice } from "../model/call.ts";
import { ANY_MACHINE, LOCAL_MACHINE } from "../model/machine.ts";
import type { ServerReplica } from "./server-replicas.ts";

/** More than any configuration has, so that what is preferred for its machine is preferred before everything else. */
const TIERS = 1_000_000;

/**
 * The replicas that a call may go to at all, with the tiers that they have for it.
 *
 * 1. A call that asks for no machine stays on this one: others do not share its state. Only a server that is nowhere here
 *    is used elsewhere.
 * 2. A call that asks for machines goes to these, and to others only when there is none of them any more.
 */
export function eligibleReplicas<Replica extends Pick<ServerReplica, "machine" | "tier">>(
  replicas: readonly Replica[],
  choice: MachineChoice | undefined,
): readonly Replica[] {
  if (choice === undefined) {
    // By far the most calls, and nothing is made for them.
    if (replicas.every(({ machine }) => machine === undefined)) return replicas;
    const local = replicas.filter(({ machine }) => machine === undefined);
    return local.length > 0 ? local : replicas;
  }
  return replicas.flatMap((replica) => {
    const rank = rankOf(replica.machine ?? LOCAL_MACHINE, choice);
    return rank === undefined ? [] : { ...replica, tier: rank * TIERS + replica.tier };
  });
}

function rankOf(machine: string, { targets, others }: MachineChoice): number | undefined {
  if (targets.includes(machine) || targets.includes(ANY_MACHINE)) return 0;
  if (others.includes(machine)) return 1;
  return others.includes(ANY_MACHINE) ? 2 : undefined;
}
