import { expect, test } from "vitest";
import { failedIn, runConformance } from "./run-conformance.ts";

/** Extensions that Tutti does not offer as a client: tokens that are bound to a key, and tokens of an employer's identity provider. */
const NOT_OFFERED = ["auth/enterprise-managed-authorization", "auth/dpop", "auth/dpop-nonce", "auth/wif-jwt-bearer"];

test.each([
  ["2025-11-25", 18],
  ["2026-07-28", 32],
])("connections to servers pass what revision %s requires of a client", async (revision, required) => {
  const run = await runConformance("client", "--command", "node test/conformance/client.ts", "--requirements", revision);
  expect({ failed: failedIn(run), exitCode: run.exitCode, text: run.text }).toMatchObject({ failed: NOT_OFFERED, exitCode: 0 });
  expect(run.verdicts.length).toBeGreaterThanOrEqual(required);
});
