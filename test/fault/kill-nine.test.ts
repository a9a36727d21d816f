import { expect, test } from "vitest";
import { KILLED, killRound } from "./kill-round.ts";
import { seededRandom } from "./seeded-random.ts";

const ROUNDS_EACH = 4;

test.each(KILLED)("$file, killed with SIGKILL at random moments, ends $outcome and does nothing twice", async (kind) => {
  for (let round = 0; round < ROUNDS_EACH; round += 1) {
    const seed = Math.floor(Math.random() * 1e9);
    const result = await killRound(kind, seededRandom(seed));
    expect(result.faults, `seed ${seed}`).toEqual([]);
  }
});
