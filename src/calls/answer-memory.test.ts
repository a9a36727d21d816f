import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { Meta } from "../envelope/meta.ts";
import { answerMemory, questionKey } from "./answer-memory.ts";

const textOf = (bytes: number): string => "x".repeat(bytes);

test("no more answers are kept than a thousand, and the ones that nobody asked for lately go first", () => {
  const answers = answerMemory(new ManualClock());
  for (let place = 0; place < 1_000; place += 1) answers.keep(`q${place}`, place);
  expect(answers.recall("q0")?.output).toBe(0);
  answers.keep("one more", true);
  expect(answers.recall("q0")?.output).toBe(0);
  expect(answers.recall("q1")).toBeUndefined();
});

test("all answers together take no more than 32 MiB", () => {
  const answers = answerMemory(new ManualClock());
  for (let place = 0; place < 300; place += 1) answers.keep(`q${place}`, textOf(250_000));
  const kept = Array.from({ length: 300 }, (_, place) => answers.recall(`q${place}`)).filter((answer) => answer !== undefined);
  expect(kept.length).toBe(Math.floor((32 * 1024 * 1024) / 250_502));
});

test("an answer beyond 256 KiB is not kept, and the one before it is no longer the answer", () => {
  const answers = answerMemory(new ManualClock());
  answers.keep("q", 1);
  answers.keep("q", [textOf(200_000), textOf(100_000)]);
  expect(answers.recall("q")).toBeUndefined();
});

test("it tells how old an answer is", () => {
  const clock = new ManualClock();
  const answers = answerMemory(clock);
  answers.keep("q", 1);
  clock.advance(1_234);
  expect(answers.recall("q")).toEqual({ output: 1, ageMs: 1_234 });
});

const ADA: Meta = {
  tenant: "acme",
  sessionId: "s-1",
  security: { userId: "ada", roles: ["clerk", "auditor"], permissions: ["orders:read", "orders:write"] },
};

const keyFor = (meta: Meta, ofUser: boolean): string => questionKey({ server: "s", tool: "t", input: { n: 1 }, meta, ofUser });

test.each<readonly [string, Meta]>([
  ["tenant", { ...ADA, tenant: "globex" }],
  ["user", { ...ADA, security: { ...ADA.security, userId: "ben" } }],
  ["session", { ...ADA, sessionId: "s-2" }],
  ["roles", { ...ADA, security: { ...ADA.security, roles: ["clerk"] } }],
  ["permissions", { ...ADA, security: { ...ADA.security, permissions: ["orders:read"] } }],
  ["principal", { ...ADA, onBehalfOf: { originalUser: "ben" } }],
])("where the server learns who asks, nobody gets the answer to another %s", (_, other) => {
  expect(keyFor(other, true)).not.toBe(keyFor(ADA, true));
});

test("where it does not, all users of a tenant get the same answer, and no other tenant does", () => {
  expect(keyFor({ tenant: "acme" }, false)).toBe(keyFor(ADA, false));
  expect(keyFor({ ...ADA, tenant: "globex" }, false)).not.toBe(keyFor(ADA, false));
});

test("the order of roles and permissions makes no other question", () => {
  const { roles = [], permissions = [] } = ADA.security ?? {};
  const turned = { ...ADA, security: { ...ADA.security, roles: roles.toReversed(), permissions: permissions.toReversed() } };
  expect(keyFor(turned, true)).toBe(keyFor(ADA, true));
});
