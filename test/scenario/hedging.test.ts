import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTutti, type ServerConfig } from "../../src/index.ts";
import { testServer } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** A server whose first replica takes a minute for everything. */
function slowAndQuick(notes: string): ServerConfig {
  const { connection } = testServer("occupies.ts", [notes, "quick"]);
  const replicas = [{ name: "quick", connection, tier: 1 }];
  return testServer("occupies.ts", [notes, "slow", "60000"], { hedgeAfterMs: 100, maxConcurrentCalls: 1, replicas });
}

test.each([
  { effect: "read", does: "has the answer of the quick one", maxDuration: "20s", outcome: "completed", asked: ["slow", "quick"] },
  { effect: "idempotent", does: "waits for that one", maxDuration: "3s", outcome: "failed", asked: ["slow"] },
])("a call with the effect $effect that goes to a slow replica $does", async ({ effect, maxDuration, outcome, asked }) => {
  using directory = temporaryDirectory();
  const notes = join(directory.path, "notes");
  await using tutti = await openTutti({ dataDirectory: join(directory.path, "data"), servers: [slowAndQuick(notes)] });
  const step = `{ id: a, tool: s.work, effect: ${effect}, max_duration: ${maxDuration} }`;
  const { executionId } = await tutti.execute({ workflow: `id: w\nsteps:\n  - ${step}\n` });
  const report = await tutti.wait(executionId);
  expect(report.outcome).toBe(outcome);
  const begun = readFileSync(notes, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("+"));
  expect(begun).toEqual(asked.map((name) => `+ ${name}`));
  // The slow one has been told to stop: else its only place would be taken for a minute.
  const again = await tutti.execute({ workflow: `id: w2\nsteps:\n  - { id: a, tool: s.work, effect: read, max_duration: 20s }\n` });
  expect((await tutti.wait(again.executionId)).outcome).toBe("completed");
});
