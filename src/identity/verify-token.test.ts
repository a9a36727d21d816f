import { createHmac } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from "jose";
import type { CryptoKey } from "jose";
import { expect, test } from "vitest";
import { newIssuer } from "../../test/support/issuer.ts";
import type { Issuer } from "../../test/support/issuer.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import type { IdentityConfig } from "../model/access.ts";
import { TuttiError } from "../model/errors.ts";
import { openTokenVerifier } from "./verify-token.ts";

const { signal } = new AbortController();

interface Scene {
  readonly issuer: Issuer;
  readonly clock: ManualClock;
  /** Seconds of the clock. */
  readonly now: number;
  readonly verify: (token: string, config?: Partial<IdentityConfig>) => Promise<unknown>;
}

async function inScene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  const issuer = await newIssuer(directory.path, clock.nowMs());
  return await work({
    issuer,
    clock,
    now: Math.floor(clock.nowMs() / 1_000),
    verify: async (token, config = {}) => await openTokenVerifier({ ...issuer.config, ...config }, clock).verify(token, signal),
  });
}

/** The code and the message of the refusal, which never has a part of the token in it. */
async function refusal(verification: Promise<unknown>, token: string): Promise<string> {
  const error = await verification.catch((reason: unknown) => reason);
  if (!(error instanceof TuttiError)) throw new Error("the token was not refused", { cause: error });
  const shown = `${error.message} ${JSON.stringify(error.details)}`;
  const parts = token.split(".").filter((part) => part.length > 8);
  expect(parts.filter((part) => shown.includes(part))).toEqual([]);
  return `${error.code}: ${error.message.replace("the token is refused: ", "")}`;
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

test("a good token tells tenant, user, session, roles and permissions", async () => {
  await inScene(async ({ issuer, now, verify }) => {
    const claims = {
      roles: ["clerk", "clerk", "manager"],
      groups: ["everybody"],
      permissions: ["payments:charge", "not a permission"],
      scope: "openid orders:read payments:charge",
      sid: "s-1",
    };
    expect(await verify(await issuer.token(claims))).toEqual({
      tenant: "acme",
      userId: "ada",
      sessionId: "s-1",
      roles: ["clerk", "manager"],
      permissions: ["payments:charge", "orders:read"],
      authMethod: "jwt",
      tokenExpiresAtMs: (now + 600) * 1_000,
    });
  });
});

test.each<readonly [string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
  ["roles of a realm", { realm_access: { roles: ["a"] }, groups: ["b"] }, { roles: ["a"] }],
  ["groups, where there are no roles", { groups: ["b"] }, { roles: ["b"] }],
  ["roles as text", { roles: "a b" }, { roles: ["a", "b"] }],
  ["scopes as a list", { scp: ["orders:read"] }, { permissions: ["orders:read"] }],
  ["several audiences", { aud: ["other", "tutti"] }, { tenant: "acme" }],
  ["another spelling of the tenant", { tenant: undefined, org_id: "globex" }, { tenant: "globex" }],
  ["several claims that agree on the tenant", { tenant_id: "acme", organization: "acme" }, { tenant: "acme" }],
  ["a tenant of one character", { tenant: "a" }, { tenant: "a" }],
  ["the one in whose name it acts", { on_behalf_of: "grace" }, { userId: "ada", onBehalfOf: "grace" }],
  ["the one who acts for the subject", { act: { sub: "robot" } }, { userId: "robot", onBehalfOf: "ada" }],
  ["no user", { sub: undefined }, { roles: [] }],
])("a token can have %s", async (_, claims, expected) => {
  await inScene(async ({ issuer, verify }) => expect(await verify(await issuer.token(claims))).toMatchObject(expected));
});

test.each<readonly [string, (now: number) => Readonly<Record<string, unknown>>, string]>([
  ["has expired", (now) => ({ exp: now - 180 }), "identity.invalid: it expired 3 min ago"],
  ["does not expire", () => ({ exp: undefined }), "identity.invalid: it does not say when it expires (exp)"],
  ["expires at no time", () => ({ exp: "tomorrow" }), "identity.invalid: its time of expiry (exp) is no number"],
  ["expires after the end of time", () => ({ exp: 1e300 }), "identity.invalid: its time of expiry (exp) is no date"],
  ["is not yet valid", (now) => ({ nbf: now + 120 }), "identity.invalid: it is not valid before 2 min from now (nbf)"],
  [
    "is of another issuer",
    () => ({ iss: "https://evil.example" }),
    'identity.invalid: it is not from the issuer "https://issuer.example" (iss)',
  ],
  ["is of no issuer", () => ({ iss: undefined }), 'identity.invalid: it is not from the issuer "https://issuer.example" (iss)'],
  ["is for somebody else", () => ({ aud: "tutti2" }), 'identity.invalid: it is not for "tutti" (aud)'],
  ["is for nobody", () => ({ aud: [] }), 'identity.invalid: it is not for "tutti" (aud)'],
  [
    "has no tenant",
    () => ({ tenant: undefined }),
    "tenant.invalid: it names no tenant; one of the claims tenant, tenant_id, organization, org_id must",
  ],
  ["has two tenants", () => ({ org_id: "globex" }), 'tenant.invalid: its claims "tenant" and "org_id" name different tenants'],
  ["has two tenants in one claim", () => ({ tenant: ["acme", "globex"] }), 'tenant.invalid: its claim "tenant" is no name of a tenant'],
  ["has an empty tenant", () => ({ tenant: "" }), 'tenant.invalid: its claim "tenant" is no name of a tenant'],
  ["has a tenant that is SQL", () => ({ tenant: "a' or '1'='1" }), 'tenant.invalid: its claim "tenant" is no name of a tenant'],
  ["has a tenant that ends with a new line", () => ({ tenant: "acme\n" }), 'tenant.invalid: its claim "tenant" is no name of a tenant'],
  ["has a tenant of 101 characters", () => ({ tenant: "a".repeat(101) }), 'tenant.invalid: its claim "tenant" is no name of a tenant'],
  ["has a user that nobody can see", () => ({ sub: "\u001b[2Jroot" }), 'identity.invalid: its claim "sub" is no text'],
  ["has roles that are none", () => ({ roles: { admin: true } }), 'identity.invalid: its claim "roles" is no list of text'],
  ["has more roles than the envelope takes", () => ({ roles: many("role") }), "identity.invalid: it has 101 roles; at most 50 are taken"],
  ["has more permissions than the envelope takes", () => ({ scope: many("a:b").join(" ") }), "identity.invalid: it has 101 permissions"],
  ["says in two ways who acts for whom", () => ({ act: { sub: "a" }, on_behalf_of: "b" }), "identity.invalid: it says in several ways"],
  ["acts for somebody of another tenant", () => ({ on_behalf_of: { sub: "eve", tenant: "globex" } }), "tenant.invalid: its claim"],
  [
    "acts for somebody of another organization",
    () => ({ on_behalf_of: { sub: "eve", organization: "globex" } }),
    "tenant.invalid: its claim",
  ],
  ["is used by somebody of another organization", () => ({ act: { sub: "eve", org_id: ["acme"] } }), "tenant.invalid: its claim"],
])("a token that %s is refused, and the reason says so", async (_, claims, expected) => {
  await inScene(async ({ issuer, now, verify }) => {
    const token = await issuer.token(claims(now));
    expect(await refusal(verify(token), token)).toContain(expected);
  });
});

function many(word: string): readonly string[] {
  return Array.from({ length: 101 }, (_, index) => `${word}${index}`);
}

test("clocks may be half a minute apart, and no more", async () => {
  await inScene(async ({ issuer, now, verify }) => {
    expect(await verify(await issuer.token({ exp: now - 29, nbf: now + 29 }))).toBeDefined();
    const token = await issuer.token({ exp: now - 31 });
    expect(await refusal(verify(token), token)).toBe("identity.invalid: it expired 31.0 s ago");
  });
});

test.each<readonly [string, (scene: Scene) => Promise<string>, string]>([
  [
    "that is not signed",
    async ({ issuer }) => `${base64({ alg: "none" })}.${(await issuer.token()).split(".")[1]}.`,
    "identity.invalid: it is not signed",
  ],
  [
    "that says it is not signed, in front of a signature",
    async ({ issuer }) => `${base64({ alg: "nOnE" })}.${(await issuer.token()).split(".").slice(1).join(".")}`,
    "identity.invalid: it is not signed",
  ],
  ["without its signature", async ({ issuer }) => (await issuer.token()).replace(/[^.]*$/, ""), "identity.invalid: it is not signed"],
  [
    "that is signed with the public key as a shared secret",
    async ({ issuer }) => {
      const [, payload] = (await issuer.token()).split(".");
      const content = `${base64({ alg: "HS256", kid: "first" })}.${payload}`;
      const key = await exportSPKI((await importJWK(issuer.publicKey, "ES256")) as CryptoKey);
      return `${content}.${createHmac("sha256", key).update(content).digest("base64url")}`;
    },
    "identity.invalid: it is signed in a way that is not accepted; accepted are RS256, PS256, ES256, ES384, EdDSA",
  ],
  [
    "whose claims were changed",
    async ({ issuer, now }) => {
      const [header, , signature] = (await issuer.token()).split(".");
      const claims = { iss: issuer.config.issuer, aud: "tutti", sub: "eve", tenant: "globex", exp: now + 600 };
      return `${header}.${base64(claims)}.${signature}`;
    },
    "identity.invalid: its signature is wrong",
  ],
  [
    "that is signed with a key of somebody else",
    async ({ issuer }) => await issuer.token({}, {}, await foreignKey()),
    "identity.invalid: its signature is wrong",
  ],
  [
    "with an unknown key id",
    async ({ issuer }) => await issuer.token({}, { kid: "second" }),
    "identity.invalid: none of the issuer's keys",
  ],
  [
    "with a path for a key id",
    async ({ issuer }) => await issuer.token({}, { kid: "../../../../dev/null" }),
    "identity.invalid: none of the issuer's keys",
  ],
  [
    "that brings its own key",
    async ({ issuer }) => {
      const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
      return await issuer.token({}, { jwk: await exportJWK(publicKey) }, privateKey);
    },
    "identity.invalid: its signature is wrong",
  ],
  [
    "that says where its keys are",
    async ({ issuer }) =>
      await issuer.token({}, { kid: "evil", jku: "https://evil.example/jwks", x5u: "https://evil.example/x5u" }, await foreignKey()),
    "identity.invalid: none of the issuer's keys",
  ],
  ["with an extension that must be understood", async ({ issuer }) => await critical(issuer), "identity.invalid: it is no good token"],
  [
    "of another kind",
    async ({ issuer }) => await issuer.token({}, { typ: "logout+jwt" }),
    "identity.invalid: it is a token for something else",
  ],
  ["that is huge", async ({ issuer }) => await issuer.token({ padding: "x".repeat(20_000) }), "identity.invalid: it has 2"],
  ["with the word Bearer", async ({ issuer }) => `Bearer ${await issuer.token()}`, 'identity.invalid: it begins with "Bearer"'],
  ["that is none", async () => "hunter2hunter2", "identity.invalid: it is no signed token"],
  ["that is empty", async () => "", "identity.invalid: it is no signed token"],
  [
    "whose header is none",
    async () => "AAAAAAAAAA.BBBBBBBBBB.CCCCCCCCCC",
    "identity.invalid: it is no signed token: its first part cannot be read",
  ],
  ["that is encrypted", async () => "aaaaaaaaaa.bbbbbbbbbb.cccccccccc.dddddddddd.eeeeeeeeee", "identity.invalid: it is no signed token"],
])("a token %s is refused", async (_, forge, expected) => {
  await inScene(async (scene) => {
    const token = await forge(scene);
    expect(await refusal(scene.verify(token), token)).toContain(expected);
  });
});

async function foreignKey(): Promise<CryptoKey> {
  return (await generateKeyPair("ES256")).privateKey;
}

/** As a library that knows the extension would sign it. */
async function critical(issuer: Issuer): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  return await new SignJWT({ iss: issuer.config.issuer })
    .setProtectedHeader({ alg: "ES256", kid: "first", crit: ["exp"], exp: 1 })
    .sign(privateKey, { crit: { exp: true } });
}

test("with tenant_claim only that claim counts", async () => {
  await inScene(async ({ issuer, verify }) => {
    const claims = { tenant: "acme", "https://acme.example/tenant": "globex" };
    expect(await verify(await issuer.token(claims), { tenantClaim: "https://acme.example/tenant" })).toMatchObject({ tenant: "globex" });
    const token = await issuer.token();
    expect(await refusal(verify(token, { tenantClaim: "constructor" }), token)).toContain('the claim "constructor" must');
    const acting = await issuer.token({ org: "acme", act: { sub: "eve", org: "globex" } });
    expect(await refusal(verify(acting, { tenantClaim: "org" }), acting)).toContain("names somebody of another tenant");
  });
});

test("keys are exchanged by changing the file, and a file that cannot be read is told", async () => {
  await inScene(async ({ issuer, clock }) => {
    const verifier = openTokenVerifier(issuer.config, clock);
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const next = await issuer.token({}, { kid: "next" }, privateKey);
    expect(await refusal(verifier.verify(next, signal), next)).toContain("none of the issuer's keys");
    writeFileSync(issuer.file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "next" }] }));
    expect(await verifier.verify(next, signal)).toMatchObject({ userId: "ada" });
    const old = await issuer.token();
    expect(await refusal(verifier.verify(old, signal), old)).toContain("none of the issuer's keys");
    writeFileSync(issuer.file, "{}");
    expect(await refusal(verifier.verify(next, signal), next)).toContain("the issuer's keys cannot be read from");
    rmSync(issuer.file);
    expect(await refusal(verifier.verify(next, signal), next)).toContain("ENOENT");
  });
});

test("a key that is none is told as what it is, and not taken for a bug", async () => {
  await inScene(async ({ issuer, clock }) => {
    const verifier = openTokenVerifier(issuer.config, clock);
    const token = await issuer.token();
    for (const broken of [{ x: "AA", y: "AA" }, { x: issuer.publicKey.y, y: issuer.publicKey.x }, { x: "!" }]) {
      writeFileSync(issuer.file, JSON.stringify({ keys: [{ ...issuer.publicKey, ...broken }] }));
      expect(await refusal(verifier.verify(token, signal), token)).toContain("identity.invalid: the issuer's key cannot be used");
    }
  });
});

test("a file with a private key or a shared secret verifies nothing", async () => {
  await inScene(async ({ issuer, clock }) => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const verifier = openTokenVerifier(issuer.config, clock);
    writeFileSync(issuer.file, JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), kid: "first" }] }));
    const token = await issuer.token({}, {}, privateKey);
    expect(await refusal(verifier.verify(token, signal), token)).toContain("identity.invalid");
    const secret = Buffer.from("0123456789abcdef0123456789abcdef");
    writeFileSync(issuer.file, JSON.stringify({ keys: [{ kty: "oct", k: secret.toString("base64url"), kid: "first" }] }));
    const content = `${base64({ alg: "HS256", kid: "first" })}.${token.split(".")[1]}`;
    const signed = `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
    const tolerant = openTokenVerifier({ ...issuer.config, algorithms: ["HS256", "none", "ES256"] }, clock);
    expect(await refusal(tolerant.verify(signed, signal), signed)).toContain("accepted are ES256");
  });
});
