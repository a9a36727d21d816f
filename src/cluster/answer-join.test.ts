import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { AnswerJoin, type JoinRules, type JoinStep } from "./answer-join.ts";
import { AskToJoin, type JoinIdentity } from "./ask-to-join.ts";
import type { JoinRequest } from "./join-frame.ts";
import { proofOf, type JoinTranscript } from "./join-proof.ts";
import { UsedNonces } from "./used-nonces.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const OTHER_KEY = "fedcba9876543210fedcba9876543210";
const INSTANCE = "0b7c5d4e-0f7e-4f7b-9d0a-0a4f2f0c9e11";

interface World {
  readonly clock: ManualClock;
  readonly hub: (certified?: readonly string[]) => AnswerJoin;
  readonly client: (more?: Partial<JoinIdentity>) => AskToJoin;
}

function world(more: Partial<JoinRules> = {}): World {
  const clock = new ManualClock();
  const rules: JoinRules = {
    hubName: "local",
    key: KEY,
    heartbeatMs: 30_000,
    clock,
    nonces: new UsedNonces(),
    objection: () => undefined,
    ...more,
  };
  return {
    clock,
    hub: (certified) => new AnswerJoin(rules, certified),
    client: (identity) => new AskToJoin({ role: "machine", name: "gpu-1", instance: INSTANCE, key: KEY, clock, ...identity }),
  };
}

/** The frames of a whole join, as far as it goes. */
function join(hub: AnswerJoin, client: AskToJoin): { readonly hub: JoinStep; readonly client: ReturnType<AskToJoin["receive"]> } {
  const challenge = hub.receive(client.opening);
  const proof = client.receive(challenge.text);
  if (proof.kind !== "answer") return { hub: challenge, client: proof };
  const end = hub.receive(proof.text);
  return { hub: end, client: client.receive(end.text) };
}

function reasonOf(step: JoinStep): string {
  return step.kind === "refused" ? step.refusal.reason : step.kind;
}

test("both sides that have the key agree on who has joined, and on keys that nobody else has and that no other connection has", () => {
  const { hub, client } = world();
  const first = join(hub(), client());
  expect(first.hub).toMatchObject({ kind: "joined", request: { name: "gpu-1", role: "machine", instance: INSTANCE } });
  expect(first.client).toMatchObject({ kind: "joined", hub: "local", heartbeatMs: 30_000 });
  const keys = first.hub.kind === "joined" ? first.hub.keys : undefined;
  expect(first.client).toMatchObject({ keys });
  expect(keys?.client).toHaveLength(32);
  expect(keys?.client).not.toEqual(keys?.hub);
  const second = join(hub(), client());
  expect(second.hub).not.toMatchObject({ keys });
});

test.each<[string, Partial<JoinIdentity>, string]>([
  ["another key", { key: OTHER_KEY }, "wrong_key"],
  ["the name of the hub", { name: "local" }, "name"],
  ["a name with a line break", { name: "gpu-1\nmachine" }, "malformed"],
  ["an instance that is no UUID", { instance: "one" }, "malformed"],
])("%s is not let in", (_, identity, reason) => {
  const { hub, client } = world();
  expect(reasonOf(join(hub(), client(identity)).hub)).toBe(reason);
});

test.each([
  ["an hour behind", "clock", -3_600_000],
  ["61 s behind", "clock", -61_000],
  ["60 s behind", "joined", -60_000],
  ["60 s ahead", "joined", 60_000],
  ["61 s ahead", "clock", 61_000],
])("a clock that is %s gives %s", (_, reason, awayMs) => {
  const { hub, client, clock } = world();
  expect(reasonOf(join(hub(), client({ clock: { nowMs: () => clock.nowMs() + awayMs } })).hub)).toBe(reason);
});

test("a client does not prove anything to a hub whose clock is far away", () => {
  const { hub, client, clock } = world();
  const asking = client();
  const challenge = hub().receive(asking.opening);
  clock.advance(61_000);
  expect(asking.receive(challenge.text)).toMatchObject({ kind: "refused", message: expect.stringContaining("61 s away") });
});

test("frames that were recorded let nobody in: neither the proof at another challenge, nor the whole join once more", () => {
  const { hub, client } = world();
  const honest = client();
  const at = hub();
  const challenge = at.receive(honest.opening);
  const proof = honest.receive(challenge.text);
  if (proof.kind !== "answer") throw new Error("it has not proved anything");
  const beforeItIsUsed = hub();
  beforeItIsUsed.receive(honest.opening);
  expect(reasonOf(beforeItIsUsed.receive(proof.text))).toBe("wrong_key");
  expect(reasonOf(at.receive(proof.text))).toBe("joined");
  expect(reasonOf(hub().receive(honest.opening))).toBe("replayed");
});

test("a nonce that two connections have sent at once is good for the first of them", () => {
  const { hub, client } = world();
  const asking = client();
  const [one, two] = [hub(), hub()];
  const first = asking.receive(one.receive(asking.opening).text);
  const challenge = JSON.parse(two.receive(asking.opening).text) as {
    readonly hub: string;
    readonly timestamp: string;
    readonly nonce: string;
  };
  const request = JSON.parse(asking.opening) as JoinRequest;
  const transcript: JoinTranscript = { ...request, hubName: challenge.hub, hubTimestamp: challenge.timestamp, hubNonce: challenge.nonce };
  expect(reasonOf(one.receive(first.kind === "answer" ? first.text : ""))).toBe("joined");
  expect(reasonOf(two.receive(JSON.stringify({ type: "proof", proof: proofOf(KEY, "client", transcript) })))).toBe("replayed");
});

test.each<[string, (request: JoinRequest) => JoinRequest]>([
  ["for another name", (request) => ({ ...request, name: "gpu-2" })],
  ["for another role", (request) => ({ ...request, role: "coordinator" })],
  ["for another process", (request) => ({ ...request, instance: "1b7c5d4e-0f7e-4f7b-9d0a-0a4f2f0c9e11" })],
  ["for another moment", (request) => ({ ...request, timestamp: "2026-01-01T00:00:01.000Z" })],
])("a proof is not good %s than the one that it was made for", (_, changed) => {
  const { hub, client } = world();
  const asking = client();
  const at = hub();
  const challenge = at.receive(JSON.stringify(changed(JSON.parse(asking.opening) as JoinRequest)));
  const proof = asking.receive(challenge.text);
  expect(reasonOf(at.receive(proof.kind === "answer" ? proof.text : ""))).toBe("wrong_key");
});

test("the proof of one side is not that of the other, so a hub that sends everything back proves nothing", () => {
  const { hub, client } = world();
  const asking = client();
  const at = hub();
  const proof = asking.receive(at.receive(asking.opening).text);
  const { proof: own } = JSON.parse(proof.kind === "answer" ? proof.text : "{}") as { readonly proof: string };
  const mirrored = asking.receive(JSON.stringify({ type: "joined", hub: "local", proof: own, heartbeat_ms: 30_000 }));
  expect(mirrored).toMatchObject({ kind: "refused", message: expect.stringContaining("has not shown that it has the key") });
});

test("a hub that returns the client's own nonce as its challenge is not answered", () => {
  const { client, clock } = world();
  const asking = client();
  const { nonce } = JSON.parse(asking.opening) as JoinRequest;
  const challenge = { type: "challenge", hub: "local", timestamp: new Date(clock.nowMs()).toISOString(), nonce };
  expect(asking.receive(JSON.stringify(challenge))).toMatchObject({ kind: "refused", message: "the hub has repeated a challenge" });
});

test.each([
  ["lets it in without a challenge", JSON.stringify({ type: "joined", hub: "local", heartbeat_ms: 30_000 })],
  ["lets it in with any proof", JSON.stringify({ type: "joined", hub: "local", heartbeat_ms: 30_000, proof: "A".repeat(43) })],
  ["says something else", '{"type":"welcome"}'],
  ["says nothing that is JSON", "welcome"],
])("a client with a key does not trust a hub that %s", (_, text) => {
  const { client } = world();
  expect(client().receive(text)).toMatchObject({ kind: "refused" });
});

test("a client without a key says so to a hub that asks for one", () => {
  const { hub, client } = world();
  expect(join(hub(), client({ key: undefined })).client).toMatchObject({ message: expect.stringContaining('"cluster.key"') });
});

test("with certificates alone the name must stand on the certificate", () => {
  const { hub, client } = world({ key: undefined });
  expect(reasonOf(hub(["gpu-1", "other"]).receive(client({ key: undefined }).opening))).toBe("joined");
  expect(reasonOf(hub(["gpu-2"]).receive(client({ key: undefined }).opening))).toBe("name");
  expect(reasonOf(hub([]).receive(client({ key: undefined }).opening))).toBe("name");
});

test("a hub says why somebody may not join only when he has shown that he has the key", () => {
  const taken = { reason: "name_taken", message: "there is another one" } as const;
  const { hub, client } = world({ objection: () => taken });
  expect(reasonOf(join(hub(), client()).hub)).toBe("name_taken");
  expect(reasonOf(join(hub(), client({ key: OTHER_KEY })).hub)).toBe("wrong_key");
});

test.each(["", "{}", "[]", "null", "1", '"join"', "{", '{"type":"proof","proof":"AAAA"}', "\u0000", '{"type":"join"}'])(
  "a first frame that is no join is refused: %j",
  (text) => {
    expect(reasonOf(world().hub().receive(text))).toBe("malformed");
  },
);

test("a used nonce is forgotten when it could not be used any more", () => {
  const nonces = new UsedNonces();
  nonces.add("a", 0);
  nonces.add("b", 120_000);
  expect([nonces.has("a"), nonces.has("b")]).toEqual([true, true]);
  nonces.add("c", 120_001);
  expect([nonces.has("a"), nonces.has("b")]).toEqual([false, true]);
});
