/** Says that it takes envelopes, and answers with ones that nobody should believe. */
import { answer, serveLines, tool } from "./line-server.ts";

const KEY = "dev.tutti/envelope";

const ENVELOPES: Readonly<Record<string, unknown>> = {
  huge: { meta: { extensions: { big: "x".repeat(1_000_000) } } },
  deep: { meta: { extensions: nested(500) } },
  text: "an envelope",
  wrong_types: { meta: { duration: "long", tenant: ["acme"], security: 7 } },
  bare: {},
  other_tenant: { meta: { tenant: "globex" } },
  admin: { meta: { tenant: "acme", security: { user_id: "root", roles: ["admin"], permissions: ["all:things"] }, duration: 1 } },
  wrong_error: { meta: {}, error: { type: "Nonsense", message: "m" } },
  only_error: { meta: {}, error: { type: "External", code: "LATE", message: "not yet" } },
  unstructured: { meta: { duration: 2 } },
  no_error: { meta: {} },
};

serveLines({
  capabilities: { experimental: { [KEY]: {} } },
  tools: Object.keys(ENVELOPES).map((name) => tool(name)),
  call: (id, { name = "" }) => {
    const said = { content: [{ type: "text", text: `about ${name}` }], _meta: { [KEY]: ENVELOPES[name] } };
    if (name === "no_error") answer(id, { ...said, isError: true });
    else answer(id, name === "unstructured" ? said : { ...said, structuredContent: { name } });
  },
});

function nested(depth: number): object {
  let document = {};
  for (let level = 0; level < depth; level += 1) document = { a: document };
  return document;
}
