import { expect, test } from "vitest";
import { credentialIn } from "./credential-in.ts";
import type { CredentialHeaders } from "./credential-in.ts";

const ENCODED = Buffer.from("a.b.c").toString("base64url");

test.each<readonly [CredentialHeaders, string | undefined]>([
  [{}, undefined],
  [{ authorization: "Bearer a.b.c" }, "a.b.c"],
  [{ authorization: "bearer   a.b.c " }, "a.b.c"],
  [{ authorization: "Basic YTpi" }, undefined],
  [{ authorization: "Bearer a b" }, undefined],
  [{ authorization: "Bearer a,b" }, undefined],
  [{ apiKey: "k" }, "k"],
  [{ apiKey: "" }, undefined],
  [{ authorization: "Bearer a.b.c", apiKey: "k" }, "a.b.c"],
  [{ protocols: `mcp, bearer.${ENCODED}` }, "a.b.c"],
  [{ protocols: "mcp" }, undefined],
  [{ apiKey: "k", protocols: `mcp,bearer.${ENCODED}` }, "k"],
])("in %j there is %s", (headers, credential) => {
  expect(credentialIn(headers)).toBe(credential);
});
