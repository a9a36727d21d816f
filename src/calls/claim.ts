import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import type { CallRequest } from "../model/call.ts";
import type { Resources } from "../model/workflow.ts";

/** What a call needs before it may be sent, all of it at once: a place, and these amounts. */
export interface Claim {
  readonly server: string;
  readonly executionId: string;
  /** 1 to 10: how the executions that wait are ordered. Default 5. */
  readonly priority?: number;
  /** Of the claims of one execution, that with the longest rest goes first. */
  readonly remainingMs: Ms;
  /** Of what one replica of the server has. */
  readonly resources: readonly Amount[];
  /** Of what all servers share. */
  readonly leases: readonly Amount[];
}

/** So much of what has this name; more than nothing. */
export interface Amount {
  readonly name: string;
  readonly amount: number;
}

export function claimOf({ server, executionId, priority, remainingMs = 0, resources = {}, leases = {} }: CallRequest): Claim {
  return { server, executionId, ...defined({ priority }), remainingMs, resources: amountsOf(resources), leases: amountsOf(leases) };
}

/** Members that claim nothing are left out. */
export function amountsOf(record: Resources | Readonly<Record<string, number>>): readonly Amount[] {
  const amounts: Amount[] = [];
  for (const [name, amount] of Object.entries<number>({ ...record })) if (amount > 0) amounts.push({ name, amount });
  return amounts;
}
