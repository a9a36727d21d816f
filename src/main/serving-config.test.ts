import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, problemsOf } from "../../test/support/config-folder.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { isTuttiError } from "../model/errors.ts";
import type { LocatedProblem } from "../model/problem.ts";
import { loadConfig } from "./config.ts";

const HASH = "9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const KEY = "0123456789abcdef0123456789abcdef";

function read(text: string, environment: Readonly<Record<string, string>> = {}) {
  using folder = folderWith({ "tutti.yaml": text, "tls/a.pem": "", "tls/a.key": "", "cluster.key": `${KEY}\n`, "short.key": "abc" });
  for (const file of ["cluster.key", "short.key"]) chmodSync(join(folder.path, file), 0o600);
  return { folder: folder.path, config: loadConfig({ workingDirectory: folder.path, environment }) };
}

function problems(text: string, environment: Readonly<Record<string, string>> = {}): readonly string[] {
  return problemsOf(() => read(text, environment).config);
}

test("what a process that serves is told is read, with paths relative to the file", () => {
  const { config, folder } = read(
    `
serve:
  host: "[::1]"
  port: 9000
  allowed_hosts: [Tutti.Example.com, "other:8113"]
  allowed_origins: [https://App.example.com]
  tls: { cert: tls/a.pem, key: tls/a.key }
  rate: 50/s
  dashboard: true
pattern_dir: patterns
cluster:
  host: 10.0.0.1
  port: 0
  key: \${K}
  tls: { cert: tls/a.pem, key: tls/a.key, ca: tls/a.pem }
  heartbeat: 5s
  offline_after: 20s
  task_types: { code_analysis: { tool: analyser.analyse } }
analytics: { url: "http://\${METRICS}/api" }
ports: { my-service: 8500 }
`,
    { K: KEY, METRICS: "127.0.0.1:8090" },
  );
  const [certFile, keyFile] = [join(folder, "tls/a.pem"), join(folder, "tls/a.key")];
  expect(config).toMatchObject({
    serve: {
      host: "::1",
      port: 9_000,
      allowedHosts: ["tutti.example.com", "other:8113"],
      allowedOrigins: ["https://app.example.com"],
      tls: { certFile, keyFile },
      rate: { count: 50, perMs: 1_000 },
      dashboardPort: 8_090,
    },
    patternDirectory: join(folder, "patterns"),
    cluster: {
      host: "10.0.0.1",
      port: 0,
      key: KEY,
      tls: { certFile, keyFile, caFile: certFile },
      heartbeatMs: 5_000,
      offlineAfterMs: 20_000,
      taskTypes: { code_analysis: { tool: "analyser.analyse" } },
    },
    analytics: { url: "http://127.0.0.1:8090/api" },
    ports: { "my-service": 8_500 },
    warnings: [],
  });
});

test("nothing more than the empty lists is told to a process that serves without a configuration", () => {
  const { config } = read("");
  expect(config.serve).toEqual({ allowedHosts: [], allowedOrigins: [] });
  expect([config.cluster, config.analytics, config.patternDirectory, config.ports]).toEqual([undefined, undefined, undefined, {}]);
});

test("a dashboard has the port that is given, or none", () => {
  expect(read("serve: { dashboard: 9090 }").config.serve).toMatchObject({ dashboardPort: 9_090 });
  expect(read("serve: { dashboard: false }").config.serve).not.toHaveProperty("dashboardPort");
});

test("the usual port of the dashboard is that of the table of ports, as it was changed", () => {
  expect(read("serve: { dashboard: true }\nports: { analytics-dashboard: 9091 }").config.serve.dashboardPort).toBe(9_091);
});

test("the key of a cluster may stand in a file of its own, without the end of its line", () => {
  expect(read("cluster: { key_file: cluster.key }").config.cluster).toEqual({ key: KEY, taskTypes: {} });
});

test("API keys are read with the tenant of the file, and what everybody may", () => {
  const { config } = read(`
tenant: acme
default_permissions: []
api_keys:
  - { name: ci, sha256: ${HASH}, roles: builder, permissions: [a:b], expires: 2027-01-31 }
  - { name: other, sha256: "${"0".repeat(64)}", tenant: beta, expires: "2027-01-31T18:00:00+01:00" }
`);
  expect(config.access).toMatchObject({
    everyone: [],
    apiKeys: [
      {
        name: "ci",
        sha256: HASH.toLowerCase(),
        tenant: "acme",
        roles: ["builder"],
        permissions: ["a:b"],
        expiresAtMs: Date.UTC(2027, 0, 31),
      },
      { name: "other", tenant: "beta", roles: [], permissions: [], expiresAtMs: Date.UTC(2027, 0, 31, 17) },
    ],
  });
});

test("checks are programs or tools, handlers are tools, and reviews are by people", () => {
  const { config, folder } = read(
    `
checks:
  unit-tests: { command: npm, args: [test, "\${ONLY}"], env: { CI: "1" }, cwd: sub, timeout: 10m }
  lint: { command: ./lint }
  coverage: { tool: ci.coverage, with: { at_least: [80] }, timeout: 5m }
handlers:
  development: { tool: coder.implement }
reviews:
  code-review: { roles: reviewer }
  manual-review: { roles: [lead, owner], timeout: 2d }
`,
    { ONLY: "unit" },
  );
  expect(config.checkRegistry).toEqual({
    checks: {
      "unit-tests": {
        kind: "command",
        command: "npm",
        args: ["test", "unit"],
        env: { CI: "1" },
        workingDirectory: join(folder, "sub"),
        timeoutMs: 600_000,
      },
      lint: { kind: "command", command: join(folder, "lint"), args: [], env: {}, workingDirectory: folder },
      coverage: { kind: "tool", server: "ci", tool: "coverage", arguments: { at_least: [80] }, timeoutMs: 300_000 },
    },
    handlers: { development: { server: "coder", tool: "implement" } },
    reviews: { "code-review": { roles: ["reviewer"] }, "manual-review": { roles: ["lead", "owner"], timeoutMs: 172_800_000 } },
  });
});

const MANY = `serve:
  host: http://x
  prot: 1
  port: 70000
  allowed_origins: [app.example.com, "https://a/b"]
  allowed_hosts: ["https://a"]
  tls: { cert: tls/a.pem, key: tls/none.key }
  dashboard: maybe
cluster:
  heartbeat: 0s
  key: \${K}
  task_types: { a: { tool: nothing } }
analytics: { url: ftp://x }
ports: { A b: 0 }
handlers: { develop: { tool: a.b } }
checks:
  a: { args: [x], with: {} }
  b: { command: x, tool: a.b }
  c: { tool: a.b, cwd: x }
`;

test("all mistakes are told at once, each where it stands", () => {
  expect(problems(MANY, { K: "short" })).toEqual([
    'tutti.yaml:2:9: "http://x" is not allowed here: a name or an address such as "127.0.0.1", "::1" or "0.0.0.0", without a port',
    'tutti.yaml:3:3: unknown key "prot" - did you mean "port"?',
    'tutti.yaml:4:9: "port" must be a whole number from 0 to 65535, not 70000',
    'tutti.yaml:5:21: "app.example.com" is not allowed here: where a page comes from is written "https://app.example.com", with the port if it has one and nothing behind',
    'tutti.yaml:5:38: "https://a/b" is not allowed here: where a page comes from is written "https://app.example.com", with the port if it has one and nothing behind',
    'tutti.yaml:6:19: "https://a" is not allowed here: a name as it stands in an address, such as "tutti.example.com" or "tutti.example.com:8113"',
    'tutti.yaml:8:14: "dashboard" must be true, false or a port, not "maybe"',
    'tutti.yaml:10:14: "heartbeat" must be longer than nothing',
    'tutti.yaml:11:8: the key of a cluster has at least 32 characters, and this one has 5: "openssl rand -hex 32" makes a good one',
    'tutti.yaml:12:28: "nothing" names no server: a tool is written as "server.tool"',
    'tutti.yaml:13:19: "ftp://x" is no address - it begins with https:// or http://',
    'tutti.yaml:14:10: "A b" is not allowed as a name: at most 100 lower-case letters, digits and -',
    'tutti.yaml:14:15: "A b" must be a whole number from 1 to 65535, not 0',
    'tutti.yaml:15:13: "develop" is not allowed as a name: there are development, integration, validation and deployment',
    'tutti.yaml:17:3: "command" or "tool" is missing: a check is a program to start or a tool to call',
    'tutti.yaml:18:8: a check has a "command" or a "tool", not both',
    'tutti.yaml:19:19: "cwd" goes with a "command"',
  ]);
});

const OPEN =
  'can be reached from other machines, and nobody is asked who they are: configure "identity" or "api_keys", or say "serve: { insecure: true }" where everybody may do everything';

const UNENCRYPTED =
  'warning tutti.yaml:1:16: keys and tokens are sent unencrypted to "0.0.0.0": give "tls", or let only something reach it that takes https';

test.each([
  { text: "serve: { host: 0.0.0.0 }", found: [`tutti.yaml:1:16: "0.0.0.0" ${OPEN}`] },
  { text: 'serve: { host: "::" }', found: [`tutti.yaml:1:16: "::" ${OPEN}`] },
  { text: "serve: { host: example.com }\napi_keys: []", found: [`tutti.yaml:1:16: "example.com" ${OPEN}`] },
  {
    text: "serve: { host: 0.0.0.0, insecure: true }",
    found: ['warning tutti.yaml:1:16: "0.0.0.0" can be reached from other machines, and everybody may do everything there'],
  },
  { text: "serve: { host: 127.0.0.9, insecure: true }", found: [] },
  {
    text: "ports: { mine: 8086 }",
    found: ["tutti.yaml:1:16: port 8086 is registered for influxdb: choose another one, or give influxdb another one here"],
  },
  { text: "ports: { mine: 8086, influxdb: 18086 }", found: [] },
  { text: `serve: { host: 0.0.0.0 }\napi_keys: [{ name: a, tenant: t, sha256: ${HASH} }]`, found: [UNENCRYPTED] },
  { text: "serve: { host: 0.0.0.0 }\nidentity: { issuer: a, audience: b, jwks: keys.json }", found: [UNENCRYPTED] },
  {
    text: "serve: { host: 0.0.0.0, tls: { cert: tls/a.pem, key: tls/a.key } }\nidentity: { issuer: a, audience: b, jwks: keys.json }",
    found: [],
  },
  {
    text: 'serve: { port: 9000, dashboard: 9000 }\ncluster: { key: "${K}", port: 9000 }',
    found: [
      "tutti.yaml:1:33: 9000 is that of serve.port already: each needs a port of its own",
      "tutti.yaml:2:31: 9000 is that of serve.port already: each needs a port of its own",
    ],
  },
  { text: 'serve: { port: 0, dashboard: 0 }\ncluster: { key: "${K}", port: 0 }', found: [] },
  {
    text: "serve: { tls: { cert: tls/none.pem, key: tls/a.key } }",
    found: [expect.stringMatching(/^tutti\.yaml:1:23: cannot read the file: ENOENT/)],
  },
  {
    text: "serve: { tls: { cert: tls/a.pem } }",
    found: ['tutti.yaml:1:15: "key" is missing: a PEM file, relative to this file: its private key'],
  },
  {
    text: "cluster: {}",
    found: ['tutti.yaml:1:1: "key" is missing: without a shared key, or "tls" with "ca", anybody could say that they are a machine'],
  },
  { text: "cluster: { tls: { cert: tls/a.pem, key: tls/a.key, ca: tls/a.pem } }", found: [] },
  {
    text: 'cluster: { key: "${K}", key_file: cluster.key }',
    found: ['tutti.yaml:1:25: a cluster has a "key" or a "key_file", not both'],
  },
  {
    text: "cluster: { key_file: short.key }",
    found: [
      'tutti.yaml:1:22: the key of a cluster has at least 32 characters, and this one has 3: "openssl rand -hex 32" makes a good one',
    ],
  },
  { text: "cluster: { key_file: none.key }", found: [expect.stringMatching(/^tutti\.yaml:1:22: cannot read the file: ENOENT/)] },
  {
    text: 'cluster: { key: "${NOPE}" }',
    found: ["tutti.yaml:1:17: the environment variable NOPE is not set - set it to the key that all machines share"],
  },
  {
    text: 'cluster: { key: "${K}", offline_after: 30s }',
    found: [
      'tutti.yaml:1:40: a machine that says every 30s that it is there would be offline after 30s: "offline_after" must be longer than "heartbeat"',
    ],
  },
  {
    text: 'cluster: { key: "${K}", host: 0.0.0.0 }',
    found: [
      'tutti.yaml:1:31: what machines send one another leaves this machine unencrypted at "0.0.0.0": give "tls", or say "insecure: true" where the network is trusted',
    ],
  },
  { text: 'cluster: { key: "${K}", host: 0.0.0.0, insecure: true }', found: [] },
  {
    text: `api_keys: [{ name: a, sha256: ${HASH} }]`,
    found: ['tutti.yaml:1:12: "tenant" is missing: for whom everything is done with the key, here or for the whole file'],
  },
  {
    text: `tenant: t\napi_keys: [{ name: a, sha256: ${HASH} }, { name: a, sha256: ${HASH.toLowerCase()} }]`,
    found: [
      'tutti.yaml:2:107: two API keys have the same "name": nobody could tell who used it',
      'tutti.yaml:2:118: two API keys have the same "sha256": nobody could tell who used it',
    ],
  },
  {
    text: "tenant: t\napi_keys: [{ name: a, sha256: abc, expires: 2027-02-30 }]",
    found: [
      'tutti.yaml:2:31: "abc" is not allowed here: the SHA-256 of a key has 64 hexadecimal digits',
      'tutti.yaml:2:45: "2027-02-30" is no moment - write a day such as 2027-01-31, or 2027-01-31T18:00:00Z',
    ],
  },
])("$text", ({ text, found }) => {
  expect(problems(text, { K: KEY })).toEqual(found);
});

test.each([
  { text: "cluster:\n  key: correct-horse-battery-staple-and-more\n", at: 2 },
  { text: "cluster:\n  key: ${K:-correct-horse-battery-staple-and-more}\n", at: 2 },
  { text: "tenant: t\napi_keys:\n  - { name: a, key: correct-horse-battery-staple }\n", at: 3 },
])("a key that stands in the file is refused, and the mistake does not show it: $text", ({ text, at }) => {
  const found = locatedProblems(text);
  expect(found).toMatchObject([{ code: "secret-in-file", line: at, source: "" }]);
  expect(found.map(formatProblem).join("\n")).not.toContain("horse");
});

function locatedProblems(text: string): readonly LocatedProblem[] {
  try {
    read(text, { K: KEY });
    return [];
  } catch (error) {
    if (!isTuttiError(error, "config.invalid")) throw error;
    return error.details.problems;
  }
}
