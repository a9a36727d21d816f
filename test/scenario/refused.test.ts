import { once } from "node:events";
import { generateKeyPair } from "jose";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { systemClock } from "../../src/base/clock.ts";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { queryAudit } from "../../src/contract/query-audit.ts";
import { routedOperations } from "../../src/http/route-table.ts";
import { connectToOwner } from "../../src/main/owner-client.ts";
import { operationTools } from "../../src/mcp-server/operation-tools.ts";
import type { LocalClient } from "../../src/client/local-client.ts";
import type { RecordedEntry } from "../../src/model/audit.ts";
import { isTuttiError } from "../../src/model/errors.ts";
import { askFrom } from "../support/ask-from.ts";
import { newIssuer } from "../support/issuer.ts";
import type { Issuer } from "../support/issuer.ts";
import { connectClient } from "../support/mcp-world.ts";
import { OPERATION_SAMPLES } from "../support/operation-samples.ts";
import type { SampleFacts } from "../support/operation-samples.ts";
import { SECRET_OF_SAMPLES, sampleFacts } from "../support/sample-facts.ts";
import { sampleRequest } from "../support/sample-request.ts";
import { apiKey, servedWorld } from "../support/served-world.ts";
import type { ServedWorld } from "../support/served-world.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ROUTED = routedOperations(OPERATIONS);
const TOOLS = operationTools("extended").map(({ operation }) => operation);
const { signal } = new AbortController();

interface RefusingWorld extends AsyncDisposable {
  readonly world: ServedWorld;
  readonly directory: string;
  readonly issuer: Issuer;
  /** What belongs to `acme`. */
  readonly facts: SampleFacts;
}

/** Everybody has to say who he is, and only who has a role may do anything. */
async function refusingWorld(): Promise<RefusingWorld> {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(temporaryDirectory()).path;
  const issuer = await newIssuer(directory, Date.now());
  const apiKeys = [
    apiKey("acme-boss", "acme", { roles: ["boss"] }),
    apiKey("acme-nobody", "acme"),
    apiKey("globex-boss", "globex", { roles: ["boss"] }),
    apiKey("acme-late", "acme", { roles: ["boss"], expiresAtMs: Date.now() - 1 }),
  ];
  const access = { identity: issuer.config, apiKeys, roles: { boss: ["tutti:*"] }, everyone: [] };
  const world = resources.use(await servedWorld(`${directory}/data`, access));
  const facts = await sampleFacts(world, "acme-boss");
  const open = resources.move();
  return { world, directory: `${directory}/data`, issuer, facts, [Symbol.asyncDispose]: async () => await open[Symbol.asyncDispose]() };
}

async function denials({ owner }: ServedWorld): Promise<readonly RecordedEntry[]> {
  return (await owner.operations.call(queryAudit, { decision: "denied", limit: 1_000 }, { signal })).entries;
}

let lastHost = 1;

/** Each from an address of its own, because one that was refused often is not heard at all. */
async function ask(
  world: ServedWorld,
  path: string,
  { method = "GET", body, credential }: Asked,
): Promise<{ readonly status: number; readonly text: string }> {
  lastHost += 1;
  return await askFrom(`${world.url}${path}`, {
    method,
    address: `127.0.${lastHost >> 8}.${lastHost & 255}`,
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly credential?: string | undefined;
}

interface Stranger {
  readonly who: string;
  readonly credential: (issuer: Issuer) => Promise<string | undefined>;
}

const STRANGERS: readonly Stranger[] = [
  { who: "shows nothing", credential: async () => undefined },
  { who: "shows a key that nobody has", credential: async () => "guess" },
  { who: "shows the key of somebody else in capitals", credential: async () => "ACME-BOSS" },
  { who: "shows the hash of a key", credential: async () => apiKey("acme-boss", "acme").sha256 },
  { who: "shows a key that has expired", credential: async () => "acme-late" },
  {
    who: "sends again a token that has expired",
    credential: async (issuer) => await issuer.token({ exp: Math.floor(Date.now() / 1_000) - 60 }),
  },
  {
    who: "shows a token that is not valid yet",
    credential: async (issuer) => await issuer.token({ nbf: Math.floor(Date.now() / 1_000) + 600 }),
  },
  { who: "sends on a token for another service", credential: async (issuer) => await issuer.token({ aud: "other" }) },
  {
    who: "has changed the tenant in a token",
    credential: async (issuer) => changed(await issuer.token({ tenant: "globex" }), { tenant: "acme" }),
  },
  {
    who: "has taken the signature off a token",
    credential: async (issuer) => `${(await issuer.token()).split(".").slice(0, 2).join(".")}.`,
  },
  {
    who: "has signed a token himself",
    credential: async (issuer) => await issuer.token({}, {}, (await generateKeyPair("ES256")).privateKey),
  },
  { who: "shows a token of no tenant", credential: async (issuer) => await issuer.token({ tenant: undefined }) },
];

/** The same signature under other claims. */
function changed(token: string, claims: Readonly<Record<string, string>>): string {
  const [head = "", payload = "", signature = ""] = token.split(".");
  const own = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as object;
  return [head, Buffer.from(JSON.stringify({ ...own, ...claims })).toString("base64url"), signature].join(".");
}

test.each(STRANGERS)("whoever $who is refused by every operation on every surface, and that is recorded", async ({ credential: show }) => {
  await using refusing = await refusingWorld();
  const { world, facts, directory, issuer } = refusing;
  const credential = await show(issuer);
  const before = (await denials(world)).length;
  for (const routed of ROUTED) {
    const { path, ...asking } = sampleRequest(routed, facts);
    const { status, text } = await ask(world, `/api/v1${path}`, { ...asking, credential });
    expect([routed.operation.name, status]).toEqual([routed.operation.name, expect.toBeOneOf([401, 403])]);
    expect(text).not.toContain(SECRET_OF_SAMPLES);
  }
  for (const { name } of TOOLS) {
    const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: OPERATION_SAMPLES[name]?.(facts) ?? {} } };
    const { status, text } = await ask(world, "/mcp", { method: "POST", body: call, credential });
    expect([name, status]).toEqual([name, expect.toBeOneOf([401, 403])]);
    expect(text).not.toContain(SECRET_OF_SAMPLES);
  }
  expect((await denials(world)).length - before).toBe(ROUTED.length + TOOLS.length);
  const at = { url: `${world.url}/mcp`, socketUrl: `${world.url.replace("http", "ws")}/ws` };
  await expect(connectClient(at, { over: "websocket", ...(credential === undefined ? {} : { key: credential }) })).rejects.toThrow(
    /40[13]/,
  );
  await expect(listenLive(world, credential)).rejects.toThrow(/40[13]/);
  await expect(connectLocally(directory, credential)).rejects.toMatchObject({
    code: expect.toBeOneOf(["identity.invalid", "tenant.invalid"]),
  });
  expect((await denials(world)).length - before).toBeGreaterThanOrEqual(ROUTED.length + TOOLS.length + 2);
  expect(world.faults).toEqual([]);
});

test("whoever has no role may do nothing on any surface, and each time that is recorded with the operation", async () => {
  await using refusing = await refusingWorld();
  const { world, facts, directory } = refusing;
  const count = async (operation: string): Promise<number> =>
    (await denials(world)).filter((entry) => entry.operation === operation).length;
  for (const routed of ROUTED) {
    const { name } = routed.operation;
    const { path, ...asking } = sampleRequest(routed, facts);
    const { status, text } = await ask(world, `/api/v1${path}`, { ...asking, credential: "acme-nobody" });
    expect([name, status, await count(name)]).toEqual([name, 403, 1]);
    expect(text).toContain("access.denied");
    expect(text).not.toContain(SECRET_OF_SAMPLES);
  }
  await using client = await connectClient({ url: `${world.url}/mcp`, socketUrl: "" }, { key: "acme-nobody" });
  for (const { name } of TOOLS) {
    const given = (OPERATION_SAMPLES[name]?.(facts) ?? {}) as Record<string, unknown>;
    const result = await client.callTool({ name, arguments: given });
    expect([name, result]).toMatchObject([name, { isError: true, structuredContent: { code: "access.denied" } }]);
    expect(await count(name)).toBeGreaterThanOrEqual(2);
  }
  using local = await connectLocally(directory, "acme-nobody");
  for (const operation of OPERATIONS) {
    const sample = OPERATION_SAMPLES[operation.name]?.(facts) ?? LOCAL_SAMPLES[operation.name];
    expect([operation.name, await codeOf(local.call(operation, operation.input.parse(sample), { signal }))]).toEqual([
      operation.name,
      "access.denied",
    ]);
  }
  expect(world.faults).toEqual([]);
});

/** Of operations that are only for commands. */
const LOCAL_SAMPLES: Readonly<Record<string, unknown>> = {
  backup: { directory: "/nowhere" },
  check_journal: {},
  diff_tools: { tools: {}, workflows: [] },
  lock_tools: { workflows: [] },
};

test("whoever is of another tenant finds nothing of it on any surface, whatever he may do in his own", async () => {
  await using refusing = await refusingWorld();
  const { world, facts, directory } = refusing;
  const ids = Object.values(facts);
  for (const routed of ROUTED) {
    const { name } = routed.operation;
    const { path, ...asking } = sampleRequest(routed, facts);
    const { status, text } = await ask(world, `/api/v1${path}`, { ...asking, credential: "globex-boss" });
    const names = JSON.stringify(OPERATION_SAMPLES[name]?.(facts));
    const asksForIt = ids.some((id) => names.includes(id));
    expect([name, asksForIt ? [404] : [200, 201]]).toEqual([name, expect.arrayContaining([status])]);
    expect([name, text.includes(SECRET_OF_SAMPLES)]).toEqual([name, false]);
    // What he has asked for before is in his own part of the audit log.
    const leaked = asksForIt || name === queryAudit.name ? [] : ids.filter((id) => text.includes(id));
    expect([name, leaked]).toEqual([name, []]);
  }
  await using client = await connectClient({ url: `${world.url}/mcp`, socketUrl: "" }, { key: "globex-boss" });
  for (const { name } of TOOLS) {
    const given = (OPERATION_SAMPLES[name]?.(facts) ?? {}) as Record<string, unknown>;
    const result = await client.callTool({ name, arguments: given });
    expect([name, JSON.stringify(result).includes(SECRET_OF_SAMPLES)]).toEqual([name, false]);
    const asksForIt = ids.some((id) => JSON.stringify(given).includes(id));
    expect([name, result.isError === true]).toEqual([name, asksForIt || result.isError === true]);
  }
  using local = await connectLocally(directory, "globex-boss");
  for (const { operation } of ROUTED) {
    const sample = OPERATION_SAMPLES[operation.name]?.(facts);
    if (!ids.some((id) => JSON.stringify(sample).includes(id))) continue;
    const code = await codeOf(local.call(operation, operation.input.parse(sample), { signal }));
    expect([operation.name, code]).toEqual([operation.name, expect.stringMatching(/\.not-found$/)]);
  }
  const recorded = (await denials(world)).filter(({ action, tenant }) => action === "tenant" && tenant === "globex");
  expect(recorded.length).toBeGreaterThan(10);
  expect(world.faults).toEqual([]);
});

/** Resolves when the news are told over a WebSocket. */
async function listenLive({ url }: ServedWorld, credential: string | undefined): Promise<void> {
  const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws/live`, { headers });
  await once(socket, "open").finally(() => socket.terminate());
}

/** Of a refusal; undefined when there is none. */
async function codeOf(answer: Promise<unknown>): Promise<unknown> {
  return await answer.then(
    () => undefined,
    (error: unknown) => (isTuttiError(error) ? error.code : error),
  );
}

async function connectLocally(directory: string, identityToken: string | undefined): Promise<LocalClient> {
  const surroundings = { servers: [], access: { roles: {}, tenants: {} }, secrets: {} };
  const introduction = { surroundings, ...(identityToken === undefined ? {} : { identityToken }) };
  const client = await connectToOwner(directory, { clock: systemClock, signal, introduction });
  if (client === undefined) throw new Error("nobody owns the directory");
  return client;
}
