import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { newIssuer } from "../../test/support/issuer.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import type { AccessConfig } from "../model/access.ts";
import type { AuditEntry } from "../model/audit.ts";
import type { Caller } from "../operations/operation-context.ts";
import { openCallerSource } from "./identify-caller.ts";

const { signal } = new AbortController();

interface Identified {
  readonly caller: Caller | undefined;
  readonly error: unknown;
  readonly entries: readonly AuditEntry[];
}

/** Lets somebody in, or not; without claims there is no token. */
async function identify(claims: Readonly<Record<string, unknown>> | undefined, rules: Partial<AccessConfig> = {}): Promise<Identified> {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  const issuer = await newIssuer(directory.path, clock.nowMs());
  const entries: AuditEntry[] = [];
  const access = { identity: issuer.config, roles: {}, tenants: {}, ...rules };
  const source = openCallerSource(access, { clock, audit: { record: async (entry) => void entries.push(entry) } });
  const token = claims === undefined ? undefined : await issuer.token(claims);
  const [result] = await Promise.allSettled([source.identify(token, signal)]);
  return result.status === "fulfilled"
    ? { caller: result.value, error: undefined, entries }
    : { caller: undefined, error: result.reason, entries };
}

test("whoever has a good token is let in, and nothing need be written down", async () => {
  const { caller, entries } = await identify({ roles: ["clerk"] });
  expect(caller?.identity).toMatchObject({ tenant: "acme", userId: "ada", roles: ["clerk"], authMethod: "jwt" });
  expect(entries).toEqual([]);
});

test.each([
  { what: "no token", claims: undefined, code: "identity.invalid", reason: "put a token or an API key into TUTTI_TOKEN" },
  { what: "a token for somebody else", claims: { aud: "other" }, code: "identity.invalid", reason: 'it is not for "tutti"' },
  { what: "a token of two tenants", claims: { org_id: "globex" }, code: "tenant.invalid", reason: "name different tenants" },
])("whoever has $what is turned away, and that is recorded", async ({ claims, code, reason }) => {
  const { error, entries } = await identify(claims);
  expect(error).toMatchObject({ code, message: expect.stringContaining(reason) });
  expect(entries).toEqual([{ action: "token", decision: "denied", reason: expect.stringContaining(reason) }]);
});

const DELEGATED = { sub: "robot", on_behalf_of: "ada", roles: ["agent"] };

test.each([
  { what: "the token", claims: { ...DELEGATED, scope: "tenant:delegate" }, rules: {} },
  { what: "the configuration", claims: DELEGATED, rules: { roles: { agent: ["tenant:delegate"] } } },
  { what: "the tenant", claims: DELEGATED, rules: { tenants: { acme: { roles: { agent: ["tenant:*"] } } } } },
])("whoever may act for others by what $what says does so, and that is recorded", async ({ claims, rules }) => {
  const { caller, entries } = await identify(claims, rules);
  expect(caller?.identity).toMatchObject({ userId: "robot", onBehalfOf: "ada" });
  expect(entries).toEqual([{ action: "token", decision: "allowed", tenant: "acme", userId: "robot", onBehalfOf: "ada" }]);
});

test("whoever may not act for others is turned away", async () => {
  const { error, entries } = await identify(DELEGATED, { tenants: { globex: { roles: { agent: ["tenant:delegate"] } } } });
  expect(error).toMatchObject({ code: "access.denied", details: { missing: ["tenant:delegate"] } });
  expect(entries).toMatchObject([{ action: "token", decision: "denied", tenant: "acme", userId: "robot", onBehalfOf: "ada" }]);
});

test("without an identity no token is looked at, and the tenant is that of the configuration", async () => {
  const audit = { record: async () => undefined };
  const clock = new ManualClock();
  const nobody = openCallerSource({ roles: {}, tenants: {} }, { clock, audit });
  expect(await nobody.identify("anything", signal)).toEqual({});
  const alone = openCallerSource({ tenant: "acme", roles: {}, tenants: {} }, { clock, audit });
  expect(await alone.identify("anything", signal)).toEqual({
    identity: { tenant: "acme", roles: [], permissions: [], authMethod: "none" },
  });
});

const KEY = {
  name: "ci",
  sha256: createHash("sha256").update("a key that nobody guesses").digest("hex"),
  tenant: "acme",
  roles: ["clerk"],
  permissions: ["payments:charge"],
};

async function identifyKey(credential: string, { keys = [KEY], withTokens = false } = {}): Promise<Identified> {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  const entries: AuditEntry[] = [];
  const identity = withTokens ? { identity: (await newIssuer(directory.path, clock.nowMs())).config } : {};
  const access = { ...identity, apiKeys: keys, roles: {}, tenants: {} };
  const source = openCallerSource(access, { clock, audit: { record: async (entry) => void entries.push(entry) } });
  const [result] = await Promise.allSettled([source.identify(credential, signal)]);
  return result.status === "fulfilled"
    ? { caller: result.value, error: undefined, entries }
    : { caller: undefined, error: result.reason, entries };
}

test.each([true, false])("whoever has an API key is let in under its name (tokens too: %s)", async (withTokens) => {
  const other = { ...KEY, name: "other", sha256: "0".repeat(64) };
  const { caller } = await identifyKey("a key that nobody guesses", { keys: [other, KEY], withTokens });
  const { tenant, roles, permissions } = KEY;
  expect(caller).toEqual({ identity: { tenant, userId: "api-key:ci", roles, permissions, authMethod: "api_key" } });
});

test.each([
  { what: "a key that nobody has", credential: "another one", keys: [KEY], reason: "it is none of those that are configured" },
  { what: "the hash of a key", credential: KEY.sha256, keys: [KEY], reason: "it is none of those that are configured" },
  {
    what: "a key of yesterday",
    credential: "a key that nobody guesses",
    keys: [{ ...KEY, expiresAtMs: new ManualClock().nowMs() }],
    reason: '"ci" expired',
  },
  { what: "a token where only keys are configured", credential: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", keys: [KEY], reason: "it is none" },
])("whoever has $what is turned away, and that is recorded", async ({ credential, keys, reason }) => {
  const { error, entries } = await identifyKey(credential, { keys });
  expect(error).toMatchObject({ code: "identity.invalid", message: expect.stringContaining(reason) });
  expect(entries).toEqual([{ action: "token", decision: "denied", reason: expect.stringContaining(reason) }]);
});
