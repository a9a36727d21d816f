import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, problemsOf } from "../../test/support/config-folder.ts";
import { loadConfig } from "./config.ts";

test("who may do what is read, with the keys relative to the file", () => {
  using folder = folderWith({
    "conf/tutti.yaml": `
identity: { issuer: "https://id.example/", audience: tutti, jwks: keys/jwks.json, tenant_claim: "https://id.example/tenant", algorithms: [ES256] }
roles: { clerk: [orders:read, "payments:*"], viewer: orders:read }
tenants:
  acme: { roles: { clerk: [] } }
  a: {}
`,
  });
  expect(loadConfig({ workingDirectory: folder.path, environment: {}, configFile: "conf/tutti.yaml" }).access).toEqual({
    identity: {
      issuer: "https://id.example/",
      audience: "tutti",
      keys: { kind: "file", file: join(folder.path, "conf/keys/jwks.json") },
      tenantClaim: "https://id.example/tenant",
      algorithms: ["ES256"],
    },
    roles: { clerk: ["orders:read", "payments:*"], viewer: ["orders:read"] },
    tenants: { acme: { roles: { clerk: [] } }, a: { roles: {} } },
  });
});

test("a file without these keys asks nobody, and one can name the tenant of everything", () => {
  using folder = folderWith({ "tutti.yaml": "tenant: acme-2\n" });
  const around = { workingDirectory: folder.path, environment: {} };
  expect(loadConfig(around).access).toEqual({ tenant: "acme-2", roles: {}, tenants: {} });
  expect(loadConfig({ ...around, workingDirectory: join(folder.path, "nowhere") }).access).toEqual({ roles: {}, tenants: {} });
});

test("what is said of a server is read, also where it is added to one of an mcp.json", () => {
  using folder = folderWith({
    "tutti.yaml": `
mcp: mcp.json
servers:
  db:
    trusted: true
    context: arguments
    meta_sections: { security: none, tracing: [trace_id] }
    permissions: { query: data:read, "*": [data:use] }
    sensitive: [card, iban]
    injector:
      kind: database
      tenant_column: org
      tables: { orders: { columns: [id, org, state] }, countries: { kind: shared, columns: [code] }, notes: { tenant_column: t, columns: [t] } }
      security_filters: { state: [open, 1, true] }
  mail: { command: mailer, injector: { kind: email, senders: { acme: { from: "Acme <a@acme.example>", recipients: ["@acme.example"] } } } }
`,
    "mcp.json": `{"mcpServers": {"db": {"command": "db", "permissions": {"drop": ["data:drop"]}}}}`,
  });
  const { servers } = loadConfig({ workingDirectory: folder.path, environment: {} });
  expect(servers).toMatchObject([
    {
      name: "db",
      connection: { command: "db" },
      trusted: true,
      context: "arguments",
      metaSections: { security: "none", tracing: ["trace_id"] },
      permissions: { drop: ["data:drop"], query: ["data:read"], "*": ["data:use"] },
      sensitive: ["card", "iban"],
      injector: {
        kind: "database",
        tenantColumn: "org",
        tables: {
          orders: { kind: "tenant", columns: ["id", "org", "state"] },
          countries: { kind: "shared", columns: ["code"] },
          notes: { kind: "tenant", tenantColumn: "t", columns: ["t"] },
        },
        securityFilters: { state: ["open", 1, true] },
      },
    },
    { name: "mail", injector: { kind: "email", senders: { acme: { from: "Acme <a@acme.example>", recipients: ["@acme.example"] } } } },
  ]);
});

const IDENTITY = 'issuer: i, audience: a, jwks: "k.json"';

test.each<readonly [string, string, readonly string[]]>([
  [
    "a tenant beside an identity",
    `identity: { ${IDENTITY} }\ntenant: acme\n`,
    ['2:1: "tenant" is for a file without "identity": with it the tenant comes from the token'],
  ],
  [
    "half an identity",
    "identity: { issuer: i }\n",
    [
      '1:11: "audience" is missing: for whom they must be made, exactly as their aud says',
      '1:11: "jwks" is missing: the public keys of the issuer: a JWKS file, relative to this file, or its https address',
    ],
  ],
  [
    "tokens with a shared secret",
    `identity: { ${IDENTITY}, algorithms: [HS256, none] }\n`,
    [
      '1:66: "algorithms[0]" cannot be "HS256" - did you mean "RS256"?',
      '1:73: "algorithms[1]" must be one of "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", not "none"',
    ],
  ],
  ["no algorithm", `identity: { ${IDENTITY}, algorithms: [] }\n`, ['1:65: "algorithms" must have at least one entry']],
  [
    "keys that others could change",
    "identity: { issuer: i, audience: a, jwks: http://id.example/jwks }\n",
    [
      '1:43: "http://id.example/jwks" is no address for keys - it begins with https:// (or http:// on this machine), without user and password',
    ],
  ],
  [
    "keys behind a password",
    "identity: { issuer: i, audience: a, jwks: https://me:secret@id.example/jwks }\n",
    [
      '1:43: "https://me:secret@id.example/jwks" is no address for keys - it begins with https:// (or http:// on this machine), without user and password',
    ],
  ],
  [
    "names of tenants that are none",
    "tenant: Acme Inc\n",
    ['1:9: "Acme Inc" is not allowed here: a tenant has 1 to 100 of a-z, 0-9 and "-", with a letter or digit at both ends'],
  ],
  [
    "roles of a tenant that is none",
    "tenants: { -acme: {} }\n",
    ['1:12: "-acme" is not allowed as a name: 1 to 100 of a-z, 0-9 and "-", with a letter or digit at both ends'],
  ],
  [
    "permissions that are none",
    'roles: { clerk: [orders, "*"] }\n',
    [
      '1:18: "orders" is not allowed here: a permission is written "resource:action", such as "payments:charge", or "payments:*" for all of one resource',
      '1:26: "*" is not allowed here: a permission is written "resource:action", such as "payments:charge", or "payments:*" for all of one resource',
    ],
  ],
  [
    "a member that the section does not have",
    "servers: { s: { command: c, meta_sections: { tracing: [traceId, span_id], extensions: [mine] } } }\n",
    ['1:56: "tracing[0]" cannot be "traceId" - did you mean "trace_id"?'],
  ],
  [
    "an injector without tables",
    "servers: { s: { command: c, injector: { kind: database } } }\n",
    ['1:39: "tables" is missing: an injector of kind "database" needs it'],
  ],
  [
    "an injector with no table",
    "servers: { s: { command: c, injector: { kind: database, tables: {} } } }\n",
    ['1:65: "tables" must have at least one entry'],
  ],
  [
    "a table without columns",
    "servers: { s: { command: c, injector: { kind: database, tables: { t: { columns: [] } } } } }\n",
    ['1:81: "columns" must have at least one entry'],
  ],
  [
    "tables and filters that would confine nothing",
    "servers: { s: { command: c, injector: { kind: database, tables: { t: { columns: [a] } }, security_filters: { b: [1] } } } }\n",
    [
      '1:81: "columns" lacks "tenant_id", which names the tenant of a row; a table for all tenants has the kind "shared"',
      '1:110: no table of tenants has the column "b", so it would filter nothing - did you mean "a"?',
    ],
  ],
  [
    "a filter beside a table that could not be read",
    "servers: { s: { command: c, injector: { kind: database, tables: { t: { columns: [] } }, security_filters: { b: [1] } } } }\n",
    ['1:81: "columns" must have at least one entry'],
  ],
  [
    "an injector of two kinds",
    "servers: { s: { command: c, injector: { kind: email, tenant_column: t, senders: { a: { from: a@b.c } } } } }\n",
    ['1:54: "tenant_column" is not for an injector of kind "email"'],
  ],
  [
    "an injector of no kind",
    "servers: { s: { command: c, injector: { tables: { t: { columns: [c] } } } } }\n",
    ['1:39: "kind" is missing: what the tools of the server work with'],
  ],
  [
    "a sender that is no address",
    "servers: { s: { command: c, injector: { kind: email, senders: { a: { from: nobody } } } } }\n",
    ['1:76: "nobody" is not allowed here: an address is written "name@example.org"'],
  ],
  [
    "context of an unknown kind",
    "servers: { s: { command: c, context: argument, trusted: yes please, sensitive: card } }\n",
    [
      '1:38: "context" cannot be "argument" - did you mean "arguments"?',
      '1:57: "trusted" must be true or false, not "yes please"',
      '1:80: "sensitive" must be a list, not "card"',
    ],
  ],
])("%s is a mistake with a place", (_, text, problems) => {
  using folder = folderWith({ "tutti.yaml": text });
  const found = problemsOf(() => loadConfig({ workingDirectory: folder.path, environment: {} }));
  expect(found).toEqual(problems.map((problem) => `tutti.yaml:${problem}`));
});
