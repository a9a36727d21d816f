import { expect, test } from "vitest";
import { failedIn, runConformance } from "./run-conformance.ts";
import { serveFixtures } from "./serve-fixtures.ts";

test.each([
  ["2025-11-25", 30],
  ["2026-07-28", 37],
])("what serves Tutti's tools over HTTP passes what revision %s requires of a server", async (revision, required) => {
  await using serving = await serveFixtures(0);
  const run = await runConformance("server", "--url", serving.url, "--requirements", revision);
  expect({ failed: failedIn(run), exitCode: run.exitCode, text: run.text }).toMatchObject({ failed: [], exitCode: 0 });
  expect(run.verdicts.length).toBeGreaterThanOrEqual(required);
});
