import { expect, test } from "vitest";
import { withoutClaims } from "./browser-meta.ts";
import type { Meta } from "./meta.ts";
import { selectMeta } from "./select-meta.ts";
import type { MetaSelection } from "./select-meta.ts";

const meta: Meta = {
  tenant: "acme",
  security: { userId: "u", roles: ["clerk"] },
  tracing: { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", tags: { a: "b" } },
  debug: { stackTrace: "at x" },
  serviceChain: [{ serviceName: "gateway" }],
  extensions: { a: 1, b: 2 },
};

test.each<{ readonly selection: MetaSelection; readonly selected: Meta }>([
  { selection: {}, selected: meta },
  { selection: { security: "all" }, selected: meta },
  {
    selection: { security: "none", debug: "none", extensions: "none", tracing: ["traceId"] },
    selected: { tenant: "acme", tracing: { traceId: "4bf92f3577b34da6a3ce929d0e0e4736" }, serviceChain: [{ serviceName: "gateway" }] },
  },
  {
    selection: { security: ["sessionId"], extensions: ["b"], debug: [], tracing: "none" },
    selected: { tenant: "acme", serviceChain: [{ serviceName: "gateway" }], extensions: { b: 2 } },
  },
])("of each section is sent what $selection says", ({ selection, selected }) => {
  expect(selectMeta(meta, selection)).toEqual(selected);
});

test("a browser learns neither what somebody may do nor anything of the inside", () => {
  expect(withoutClaims(meta)).toEqual({
    tenant: "acme",
    tracing: { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", tags: { a: "b" } },
    serviceChain: [{ serviceName: "gateway" }],
    extensions: { a: 1, b: 2 },
  });
});
