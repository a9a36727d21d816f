import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { describeStorm } from "./describe-storm.ts";
import { runStorm } from "./storm.ts";

const FAULTS_MS = 35_000;

test("sixty workflows at a time end as they should while servers, network and Tutti itself fail, and nothing is left behind", async () => {
  using directory = temporaryDirectory();
  const seed = Math.floor(Math.random() * 1e9);
  const result = await runStorm({ directory: directory.path, seed, durationMs: FAULTS_MS });
  process.stdout.write(`${describeStorm(result)}\n`);
  expect(result.wrong, `seed ${seed}`).toEqual([]);
  expect(result.totals.expected / result.totals.executions, `seed ${seed}`).toBeGreaterThanOrEqual(0.999);
});
