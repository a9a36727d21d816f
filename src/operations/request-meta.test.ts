import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { randomIds } from "../base/ids.ts";
import type { Meta } from "../envelope/meta.ts";
import type { Identity } from "../model/access.ts";
import { isTuttiError } from "../model/errors.ts";
import { requestMeta } from "./request-meta.ts";

const SOURCE = { clock: new ManualClock(), ids: randomIds };

const ANN: Identity = { tenant: "acme", userId: "ann", sessionId: "s-ann", roles: ["clerk"], permissions: ["a:b"], authMethod: "jwt" };

/** All that a message can say of its sender. */
const CLAIMS: Meta = {
  sessionId: "s-root",
  security: { userId: "ann", sessionId: "s-root", roles: ["admin"], permissions: ["*:*"], authMethod: "jwt" },
  onBehalfOf: { originalUser: "boss" },
  debug: { stackTrace: "x" },
};

test("of a verified caller everything comes from the token, and nothing from the message", () => {
  const { requestId: _, timestamp: __, version: ___, tracing: ____, ...meta } = requestMeta({ ...CLAIMS, agentId: "a-1" }, ANN, SOURCE);
  expect(meta).toEqual({
    agentId: "a-1",
    tenant: "acme",
    sessionId: "s-ann",
    security: { userId: "ann", sessionId: "s-ann", roles: ["clerk"], permissions: ["a:b"], authMethod: "jwt" },
  });
});

test("a token that leaves something out leaves it out, whatever the message says", () => {
  const bare: Identity = { userId: "ann", roles: [], permissions: [], authMethod: "jwt" };
  const meta = requestMeta({ ...CLAIMS, tenant: "acme" }, bare, SOURCE);
  expect(meta.tenant).toBeUndefined();
  expect(meta.sessionId).toBeUndefined();
  expect(meta.onBehalfOf).toBeUndefined();
  expect(meta.security).toEqual({ userId: "ann", authMethod: "jwt", roles: [], permissions: [] });
});

test("whoever works alone may say for which tenant and in which session, and has no claims", () => {
  const meta = requestMeta({ ...CLAIMS, tenant: "globex" }, undefined, SOURCE);
  expect(meta).toMatchObject({ tenant: "globex", sessionId: "s-root" });
  expect([meta.security, meta.onBehalfOf, meta.debug]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ["another tenant than the token's", { tenant: "globex" }, ANN, "tenant.invalid"],
  ["another user than the token's", { security: { userId: "root" } }, ANN, "access.denied"],
  [
    "another tenant than the configuration's",
    { tenant: "globex" },
    { tenant: "acme", roles: [], permissions: [], authMethod: "none" },
    "tenant.invalid",
  ],
] as const)("a message that names %s is refused", (_, given, identity, code) => {
  expect(codeOf(() => requestMeta(given, identity, SOURCE))).toBe(code);
});

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (isTuttiError(error)) return error.code;
    throw error;
  }
  return undefined;
}
