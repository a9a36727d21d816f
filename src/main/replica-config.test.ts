import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, problemsOf } from "../../test/support/config-folder.ts";
import { replicasOf } from "../model/replica.ts";
import { loadConfig } from "./config.ts";

test("replicas are read with variables and paths, beside the connection of the server or in place of it", () => {
  using folder = folderWith({
    "conf/tutti.yaml": `
servers:
  search:
    url: https://\${HOST}/mcp
    tier: secondary
    resources: { gpu: 1, memory: 32GB }
    replicas:
      - { name: near, command: ./bin/search, args: ["\${HOST}"], env_file: x.env, tier: primary, resources: { gpu: 4 } }
      - { type: ws, url: "wss://\${HOST}/mcp", headers: { authorization: "\${TOKEN}" }, tier: 9 }
      - { url: "http://search.internal/mcp", insecure: true }
  pool: { replicas: [{ name: a, command: pool, tier: tertiary, resources: { cpu: 0.5 } }, { command: pool }], resources: { cpu: 8 } }
  bare: { replicas: [{ command: bare, resources: { gpu: 1 } }, { command: bare }] }
  alone: { replicas: [{ name: only, url: "https://h/mcp" }] }
`,
    "conf/x.env": "A=1\n",
  });
  const environment = { HOST: "h", TOKEN: "t" };
  const { servers } = loadConfig({ workingDirectory: folder.path, environment, configFile: "conf/tutti.yaml" });
  const replicas = Object.fromEntries(servers.map((server) => [server.name, replicasOf(server)]));
  const stdio = (command: string) => ({ kind: "stdio", command, args: [], env: {}, cwd: join(folder.path, "conf") });
  expect(replicas).toEqual({
    search: [
      {
        name: "1",
        connection: { kind: "http", url: "https://h/mcp", headers: {} },
        tier: 2,
        resources: { gpu: 1, memoryBytes: 32e9 },
      },
      {
        name: "near",
        connection: { ...stdio(join(folder.path, "conf/bin/search")), args: ["h"], env: { A: "1" } },
        tier: 1,
        resources: { gpu: 4 },
      },
      {
        name: "3",
        connection: { kind: "websocket", url: "wss://h/mcp", headers: { authorization: "t" } },
        tier: 9,
        resources: { gpu: 1, memoryBytes: 32e9 },
      },
      {
        name: "4",
        connection: { kind: "http", url: "http://search.internal/mcp", headers: {}, insecure: true },
        tier: 1,
        resources: { gpu: 1, memoryBytes: 32e9 },
      },
    ],
    pool: [
      { name: "a", connection: stdio("pool"), tier: 3, resources: { cpu: 0.5 } },
      { name: "2", connection: stdio("pool"), tier: 1, resources: { cpu: 8 } },
    ],
    bare: [
      { name: "1", connection: stdio("bare"), tier: 1, resources: { gpu: 1 } },
      { name: "2", connection: stdio("bare"), tier: 1, resources: {} },
    ],
    alone: [{ name: "1", connection: { kind: "http", url: "https://h/mcp", headers: {} }, tier: 1 }],
  });
});

test("tutti.yaml adds replicas, limits, certificates and the word that an address is good to a server of mcp.json", () => {
  using folder = folderWith({
    "tutti.yaml": `
mcp: mcp.json
servers:
  mail: { insecure: true, replicas: [{ url: "https://mail-2/mcp", tls: { ca: ca.pem } }], breaker: off, rate_limit: 10/s, hedge_after: 1s }
  safe: { tls: { ca: ca.pem } }
`,
    "mcp.json": '{"mcpServers": {"mail": {"url": "http://mail/mcp", "tier": 2}, "safe": {"url": "https://safe/mcp"}}}',
    "ca.pem": "",
  });
  const { servers, warnings } = loadConfig({ workingDirectory: folder.path, environment: {} });
  const tls = { caFile: join(folder.path, "ca.pem") };
  expect(warnings).toEqual([]);
  expect(servers).toEqual([
    {
      name: "mail",
      connection: { kind: "http", url: "http://mail/mcp", headers: {}, insecure: true },
      tier: 2,
      replicas: [{ name: "2", connection: { kind: "http", url: "https://mail-2/mcp", headers: {}, tls }, tier: 1 }],
      breaker: "off",
      rateLimits: { calls: { count: 10, perMs: 1_000 } },
      hedgeAfterMs: 1_000,
      honoursIdempotencyKey: false,
      effects: {},
      requires: {},
    },
    {
      name: "safe",
      connection: { kind: "http", url: "https://safe/mcp", headers: {}, tls },
      honoursIdempotencyKey: false,
      effects: {},
      requires: {},
    },
  ]);
});

test.each<readonly [string, string, readonly string[]]>([
  [
    "replicas of which nothing is right",
    `servers:
  s:
    command: c
    replicas:
      - {}
      - { command: c, url: "https://x/" }
      - { comand: c }
      - { command: c, tier: primry, name: a }
      - { command: c, tier: 10, name: a }
      - 5
      - { command: "\${NOPE}", env: { A: "\${NOPE}" }, headers: {} }
      - { url: "https://x/", args: [], env: {}, env_file: x, cwd: x }
      - { name: "1", command: c }
      - { name: a b, command: c, resources: { gpu: -1, memory: much } }
`,
    [
      '5:9: "command" or "url" is missing: a replica is a program to start or an address',
      '6:11: a replica has a "command" or a "url", not both',
      '7:11: unknown key "comand" - did you mean "command"?',
      '8:29: "tier" cannot be "primry" - did you mean "primary"?',
      '9:29: "tier" must be "primary", "secondary", "tertiary" or a whole number from 1 to 9, not the number 10',
      '9:39: two replicas have the name "a": each needs a name of its own',
      '10:9: "replicas[5]" must be an object, not the number 5',
      "11:21: the environment variable NOPE is not set - set it, or write ${NOPE:-default}",
      "11:42: the environment variable NOPE is not set - set it, or write ${NOPE:-default}",
      '11:54: "headers" goes with a "url"',
      '12:30: "args" goes with a "command"',
      '12:40: "env" goes with a "command"',
      '12:49: "env_file" goes with a "command"',
      '12:62: "cwd" goes with a "command"',
      '13:17: two replicas have the name "1": each needs a name of its own',
      '14:17: "a b" is not allowed here: a name has at most 64 letters, digits, - and _',
      '14:52: "gpu" must be a whole number from 0 to 10000, not -1',
      '14:64: "memory" must be a size such as "32GB" or "512MiB", not "much"',
    ],
  ],
  [
    "replicas that are none",
    "servers: { a: { replicas: [] }, b: { replicas: {} }, c: {} }\n",
    [
      '1:27: "replicas" must have at least one entry',
      '1:48: "replicas" must have at least one entry',
      '1:54: "command" or "url" is missing: a server is a program to start or an address',
    ],
  ],
  [
    "keys that go with a connection, where replicas have one each",
    "servers: { s: { args: [], env_file: x, headers: {}, insecure: true, tier: 2, replicas: [{ command: c }] } }\n",
    ["args", "env_file", "headers", "insecure", "tier"].map((key, index) => {
      const column = [17, 27, 40, 53, 69][index];
      return `1:${column}: "${key}" goes with the "command" or "url" that it is about, and here is none: put it there`;
    }),
  ],
  [
    "replicas of a server that is wrong itself",
    'servers: { s: { command: c, url: "https://x/", replicas: [{ url: x }] } }\n',
    ['1:17: a server has a "command" or a "url", not both', '1:66: "x" is no address - it begins with https://, http://, wss:// or ws://'],
  ],
])("%s are mistakes with a place", (_, text, problems) => {
  using folder = folderWith({ "tutti.yaml": text });
  const found = problemsOf(() => loadConfig({ workingDirectory: folder.path, environment: {} }));
  expect(found).toEqual(problems.map((problem) => `tutti.yaml:${problem}`));
});

test("what tutti.yaml cannot add to a server of mcp.json is a mistake", () => {
  using folder = folderWith({
    "tutti.yaml": "mcp: mcp.json\nservers: { s: { env: {}, type: stdio, tls: { ca: x }, insecure: true } }\n",
    "mcp.json": '{"mcpServers": {"s": {"command": "c"}}}',
  });
  expect(problemsOf(() => loadConfig({ workingDirectory: folder.path, environment: {} }))).toEqual([
    'tutti.yaml:2:17: "env" goes with the "command" or "url" that it is about, and here is none: put it there',
    'tutti.yaml:2:26: "type" goes with the "command" or "url" that it is about, and here is none: put it there',
    'tutti.yaml:2:39: "tls" goes with a "url"',
    'tutti.yaml:2:55: "insecure" goes with a "url"',
  ]);
});
