import { expect, test } from "vitest";
import { ContextBuilder } from "./context-builder.ts";
import { Context } from "./context.ts";
import { ContextError, type ContextFault } from "./context-error.ts";
import type { Meta } from "./meta.ts";

const ACME: Meta = {
  requestId: "0199f1c8-0000-7000-8000-000000000001",
  tenant: "acme",
  sessionId: "s-1",
  security: { userId: "ann", permissions: ["orders:read", "orders:write"], roles: ["clerk"] },
  tracing: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" },
  extensions: { pagination: { page: 2, fields: ["a"] } },
};

test("a context gives what the meta of its message has", () => {
  const context = Context.of(ACME);
  expect(context.meta).toEqual(ACME);
  expect(context).toMatchObject({
    tenant: "acme",
    sessionId: "s-1",
    requestId: ACME.requestId,
    security: ACME.security,
    tracing: ACME.tracing,
  });
  expect(context.requireTenant()).toBe("acme");
  expect(context.extension("pagination")).toEqual({ page: 2, fields: ["a"] });
});

test("the session of the verified claims counts more than the one that the message names", () => {
  expect(Context.of({ ...ACME, security: { sessionId: "verified" } }).sessionId).toBe("verified");
});

test("a context without a tenant says so to whoever needs one", () => {
  const none = faultOf(() => Context.of({}).requireTenant());
  expect(none).toMatchObject({ fault: "no-tenant", variant: "TenantExtraction", message: "No tenant in context" });
});

test("a context is a copy that nobody can change, neither its owner nor whoever gets it", () => {
  const permissions = ["orders:read"];
  const given = { tenant: "acme", security: { permissions }, extensions: { list: { of: [{ deep: 1 }] } } };
  const { meta } = Context.of(given);
  permissions.push("*:*");
  given.extensions.list.of.push({ deep: 2 });
  expect(meta).toEqual({ tenant: "acme", security: { permissions: ["orders:read"] }, extensions: { list: { of: [{ deep: 1 }] } } });
  const parts: readonly unknown[] = [meta, meta.security, meta.security?.permissions, meta.extensions, meta.extensions?.["list"]];
  expect(parts.filter((part) => typeof part !== "object" || !Object.isFrozen(part))).toEqual([]);
  expect(() => Object.assign(meta, { tenant: "other" })).toThrow(TypeError);
});

test("a meta that is deeper than the stack can be a context, and no key of it reaches a prototype", () => {
  const deep = JSON.parse(`{"a":${"[".repeat(50_000)}1${"]".repeat(50_000)}}`) as { readonly a: [] };
  expect(Context.of({ extensions: deep }).meta.extensions).toBeDefined();
  const polluting = JSON.parse(
    '{"extensions":{"__proto__":{"tenant":"evil"},"constructor":{"prototype":{}}},"__proto__":{"tenant":"evil"}}',
  ) as Meta;
  const context = Context.of(polluting);
  expect(context.tenant).toBeUndefined();
  expect(Context.of(context.meta).derive({ sessionId: "s" }).tenant).toBeUndefined();
  expect(({} as Meta).tenant).toBeUndefined();
  expect(context.extension("toString")).toBeUndefined();
});

test("extensions are set and removed in a new context, and the old one keeps its own", () => {
  const context = Context.of(ACME);
  const more = context.withExtension("note", { text: "x" });
  expect(more.extension("note")).toEqual({ text: "x" });
  expect(more.extension("pagination")).toEqual(context.extension("pagination"));
  expect(context.extension("note")).toBeUndefined();
  const fewer = more.withoutExtension("pagination");
  expect(fewer.meta.extensions).toEqual({ note: { text: "x" } });
  expect(fewer.tenant).toBe("acme");
  expect(context.withoutExtension("absent").meta).toEqual(context.meta);
});

test("the context of a step belongs to the same operation, tenant and trace, one level below", () => {
  const step = { stepName: "charge", stepIndex: 2, totalSteps: 4 };
  const child = Context.of(ACME).child(step, { childRequestId: "0199f1c8-0000-7000-8000-000000000002", spanId: "00f067aa0ba902b7" });
  expect(child).toMatchObject({ tenant: "acme", requestId: ACME.requestId, sessionId: "s-1", security: ACME.security });
  expect(child.meta).toMatchObject({ parentRequestId: ACME.requestId, stepContext: step });
  expect(child.tracing).toMatchObject({ traceId: ACME.tracing?.traceId, parentSpanId: ACME.tracing?.spanId, spanId: "00f067aa0ba902b7" });
});

const smaller: readonly (readonly [string, Partial<Meta>])[] = [
  ["the same tenant", { tenant: "acme" }],
  ["fewer permissions", { security: { userId: "ann", permissions: ["orders:read"] } }],
  ["no claims", { security: {} }],
  ["another request", { requestId: "0199f1c8-0000-7000-8000-000000000003" }],
];

test.each(smaller)("a context may become one with %s", (_, changes) => {
  expect(Context.of(ACME).derive(changes).meta).toEqual({ ...ACME, ...changes });
});

const wider: readonly (readonly [string, Meta, Partial<Meta>, ContextFault])[] = [
  ["of another tenant", ACME, { tenant: "globex" }, "other-tenant"],
  ["of a tenant whose name differs only in case", ACME, { tenant: "Acme" }, "other-tenant"],
  ["of the empty tenant", ACME, { tenant: "" }, "other-tenant"],
  ["of a tenant where there was none", {}, { tenant: "acme" }, "other-tenant"],
  ["of another user", ACME, { security: { userId: "bob" } }, "more-claims"],
  ["of a user where there was none", { tenant: "acme" }, { security: { userId: "ann" } }, "more-claims"],
  ["of another verified session", ACME, { security: { sessionId: "s-2" } }, "more-claims"],
  ["whose session is verified where it was only named", ACME, { security: { sessionId: "s-1" } }, "more-claims"],
  ["with one more permission", ACME, { security: { userId: "ann", permissions: ["orders:read", "refunds:write"] } }, "more-claims"],
  ["with one more role", ACME, { security: { userId: "ann", roles: ["clerk", "admin"] } }, "more-claims"],
  ["in the name of somebody else", ACME, { onBehalfOf: { originalUser: "boss" } }, "more-claims"],
];

test.each(wider)("a context never becomes one %s", (_, from, changes, fault) => {
  expect(faultOf(() => Context.of(from).derive(changes)).fault).toBe(fault);
});

test("a context that acts for somebody else cannot act for itself again", () => {
  const meta = { ...ACME, onBehalfOf: { originalUser: "cid", delegatingUser: "ann" } };
  const acting = Context.of(meta);
  expect(faultOf(() => acting.derive({ onBehalfOf: { originalUser: "ann" } })).fault).toBe("more-claims");
  expect(acting.derive({ sessionId: "s-2" }).meta.onBehalfOf).toEqual(meta.onBehalfOf);
});

test("a builder puts a context together, and what was built stays as it is", () => {
  const builder = new ContextBuilder().tenant("acme").sessionId("s-1").security({ userId: "ann" }).extension("a", 1);
  const first = builder.build();
  const second = builder.extension("b", 2).onBehalfOf({ originalUser: "cid" }).tracing({ sampled: true }).requestId("r").build();
  expect(first.meta).toEqual({ tenant: "acme", sessionId: "s-1", security: { userId: "ann" }, extensions: { a: 1 } });
  expect(second.meta).toEqual({
    ...first.meta,
    requestId: "r",
    onBehalfOf: { originalUser: "cid" },
    tracing: { sampled: true },
    extensions: { a: 1, b: 2 },
  });
});

function faultOf(work: () => unknown): ContextError {
  try {
    work();
  } catch (error) {
    if (error instanceof ContextError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
