import { expect, test } from "vitest";
import { type Candidate, chooseReplicas, type ReplicaChoice } from "./choose-replicas.ts";

function candidate(connection: string, more: Partial<Candidate> = {}): Candidate {
  return { connection, tier: 1, health: "healthy", refusedForMs: 0, isTried: false, pausedForMs: 0, ...more };
}

function replicas(...connections: readonly string[]): ReplicaChoice {
  return { kind: "replicas", connections };
}

test.each<readonly [string, readonly Candidate[], ReplicaChoice]>([
  ["all of the best tier", [candidate("a"), candidate("b"), candidate("c", { tier: 2 })], replicas("a", "b")],
  ["nobody is known to be well or not", [candidate("a", { health: "unknown" })], replicas("a")],
  ["slow is well enough", [candidate("a", { health: "degraded" }), candidate("b")], replicas("a", "b")],
  ["who is not well is left out", [candidate("a", { health: "unhealthy" }), candidate("b", { tier: 3 })], replicas("b")],
  ["nobody is well", [candidate("a", { health: "unreachable", tier: 2 }), candidate("b", { health: "unhealthy" })], replicas("b")],
  ["an open circuit", [candidate("a", { refusedForMs: 5 }), candidate("b", { tier: 2 })], replicas("b")],
  [
    "an open circuit, and nobody else is well",
    [candidate("a", { refusedForMs: 5 }), candidate("b", { health: "unhealthy" })],
    replicas("b"),
  ],
  ["all circuits open", [candidate("a", { refusedForMs: 7 }), candidate("b", { refusedForMs: 5 })], { kind: "open", forMs: 5 }],
  [
    "all circuits open, and one is being tried",
    [candidate("a", { refusedForMs: 7 }), candidate("b", { refusedForMs: 5, isTried: true })],
    { kind: "tried", forMs: 5 },
  ],
  ["a pause", [candidate("a", { pausedForMs: 5 }), candidate("b", { tier: 2 })], replicas("b")],
  ["all who are well pause", [candidate("a", { pausedForMs: 9 }), candidate("b", { pausedForMs: 8 })], { kind: "paused", forMs: 8 }],
  [
    "a pause is better than somebody who is not well",
    [candidate("a", { pausedForMs: 9 }), candidate("b", { health: "unreachable" })],
    { kind: "paused", forMs: 9 },
  ],
])("%s", (_, candidates, choice) => {
  expect(chooseReplicas(candidates)).toEqual(choice);
});
