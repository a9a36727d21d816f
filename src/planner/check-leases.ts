import type { Problem } from "../model/problem.ts";
import type { StepEntry } from "./step-entry.ts";
import { hintAt, unknownNames } from "./unknown-name.ts";

/**
 * Finds leases on what nobody shares, and on more than there is: their calls would never be made.
 *
 * @param shared - how much there is, by name; undefined when nobody knows
 */
export function createLeaseCheck(shared: Readonly<Record<string, number>> | undefined): (entry: StepEntry) => readonly Problem[] {
  const unknown = unknownNames("shared resource", (name) => hintAt(name, Object.keys(shared ?? {})));
  return ({ step: { leases }, path: at }) => {
    if (leases === undefined || shared === undefined) return [];
    return Object.entries(leases).flatMap(([name, amount]): readonly Problem[] => {
      const path = [...at, "leases", name];
      const most = Object.hasOwn(shared, name) ? shared[name] : undefined;
      if (most === undefined) return [{ ...unknown(name, { path }), atKey: true }];
      const message = `${name}: ${amount} is more than there is of this shared resource, ${most} in all`;
      return amount > most ? [{ code: "too-much-resource", severity: "error", message, path }] : [];
    });
  };
}
