import { expect, test } from "vitest";
import type { MachineChoice } from "../model/call.ts";
import { eligibleReplicas } from "./eligible-replicas.ts";

const HERE = [
  { name: "1", tier: 1 },
  { name: "2", tier: 2 },
];
const THERE = ["a", "b", "c"].map((machine) => ({ name: `@${machine}`, tier: 1, machine }));

test.each<[string, MachineChoice | undefined, readonly (readonly string[])[]]>([
  ["asks for none, it stays here", undefined, [["1"], ["2"]]],
  ["names one, it goes there and nowhere else", { targets: ["b"], others: [] }, [["@b"]]],
  ["names several, any of them will do", { targets: ["c", "a"], others: [] }, [["@a", "@c"]]],
  ["names this one, it stays here", { targets: ["local"], others: [] }, [["1"], ["2"]]],
  ["may go to others, those come after what was named", { targets: ["b"], others: ["c", "*"] }, [["@b"], ["@c"], ["1", "@a"], ["2"]]],
  ["may go anywhere, this machine is as good as any", { targets: ["*"], others: [] }, [["1", "@a", "@b", "@c"], ["2"]]],
  ["names one that is not there, nobody may have it", { targets: ["z"], others: [] }, []],
])("when a call %s", (_, choice, tiers) => {
  expect(byTier(eligibleReplicas([...HERE, ...THERE], choice))).toEqual(tiers);
});

test("a server that is nowhere here is used wherever it is", () => {
  expect(byTier(eligibleReplicas(THERE, undefined))).toEqual([["@a", "@b", "@c"]]);
});

function byTier(replicas: readonly { readonly name: string; readonly tier: number }[]): readonly (readonly string[])[] {
  const tiers = Map.groupBy(replicas, ({ tier }) => tier);
  return [...tiers.keys()].sort((left, right) => left - right).map((tier) => (tiers.get(tier) ?? []).map(({ name }) => name));
}
