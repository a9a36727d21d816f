import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, problemsOf } from "../../test/support/config-folder.ts";
import { loadConfig } from "./config.ts";

function load(text: string): ReturnType<typeof loadConfig> {
  using folder = folderWith({ "tutti.yaml": text });
  return loadConfig({ workingDirectory: folder.path, environment: {} });
}

test("what holds for all servers together is read", () => {
  using folder = folderWith({
    "conf/tutti.yaml": `
tls: { ca: "\${CERTS}/ca.pem", cert: ./me.pem, key: me.key }
shared_resources: { licences: 3, gpu-pool: 8 }
limits: { max_concurrent_calls: 9, client_rate: 100/min }
security: { require: [encrypted, audited, encrypted] }
`,
    "conf/certs/ca.pem": "",
    "conf/me.pem": "",
    "conf/me.key": "",
  });
  const config = loadConfig({ workingDirectory: folder.path, environment: { CERTS: "certs" }, configFile: "conf/tutti.yaml" });
  const file = (name: string): string => join(folder.path, "conf", name);
  expect(config).toMatchObject({
    tls: { caFile: file("certs/ca.pem"), certFile: file("me.pem"), keyFile: file("me.key") },
    sharedResources: { licences: 3, "gpu-pool": 8 },
    maxConcurrentCalls: 9,
    clientRate: { count: 100, perMs: 60_000 },
    demands: ["encrypted", "audited"],
  });
});

test("what is said of how much a server is asked to do is read, with defaults for what is not", () => {
  const { servers } = load(`
servers:
  a:
    command: a
    breaker: { failures: 2, per_tool: true }
    rate_limit: { calls: 10/s, per_client: "1 / 30s", tools: { slow: 1000/24h } }
    retry_budget: { share: 0.5 }
    health_interval: 2s
    profile: sequential
    resources: { gpu_memory: 1GiB, api_calls: 5, concurrent_jobs: 1 }
  b: { command: b, breaker: "off", retry_budget: { per_second: 0 }, profile: parallel, max_concurrent_calls: 8 }
`);
  expect(servers).toMatchObject([
    {
      breaker: { failures: 2, recoveryMs: 30_000, halfOpenCalls: 3, successes: 2, perTool: true },
      rateLimits: {
        calls: { count: 10, perMs: 1_000 },
        perClient: { count: 1, perMs: 30_000 },
        tools: { slow: { count: 1_000, perMs: 86_400_000 } },
      },
      retryBudget: { share: 0.5, perSecond: 10 },
      healthIntervalMs: 2_000,
      profile: "sequential",
      resources: { gpuMemoryBytes: 2 ** 30, apiCalls: 5, concurrentJobs: 1 },
    },
    { breaker: "off", retryBudget: { share: 0.2, perSecond: 0 }, profile: "parallel", maxConcurrentCalls: 8 },
  ]);
});

const RATE = 'must be a rate such as "100/min", "10/s" or "1000/24h", of 1 to 1000000 in at most a day, not';

test.each<readonly [string, string, readonly string[]]>([
  [
    "rates",
    "servers: { s: { command: c, rate_limit: 100/fortnight } }\nlimits: { client_rate: 0/s }\n",
    [`1:41: "rate_limit" ${RATE} "100/fortnight"`, `2:24: "client_rate" ${RATE} "0/s"`],
  ],
  [
    "rates of single tools",
    "servers: { s: { command: c, rate_limit: { calls: 100, tools: { t: 1/2days, u: 10/s/s, v: 10000000/s, w: 1/0s } } } }\n",
    [
      `1:50: "calls" ${RATE} the number 100`,
      `1:67: "t" ${RATE} "1/2days"`,
      `1:79: "u" ${RATE} "10/s/s"`,
      `1:90: "v" ${RATE} "10000000/s"`,
      `1:105: "w" ${RATE} "1/0s"`,
    ],
  ],
  [
    "a rate limit that limits no tool",
    "servers: { s: { command: c, rate_limit: { tools: {} } } }\n",
    ['1:50: "tools" must have at least one entry'],
  ],
  [
    "a breaker",
    "servers: { s: { command: c, breaker: { half_open_calls: 0, failures: 1.5, recovery: 0s, succeses: 2 } }, t: { command: c, breaker: on } }\n",
    [
      '1:57: "half_open_calls" must be a whole number from 1 to 1000, not 0',
      '1:70: "failures" must be a whole number, not the number 1.5',
      '1:85: "recovery" must be from 1ms to 1d, not 0s',
      '1:89: unknown key "succeses" - did you mean "successes"?',
      '1:132: "breaker" must be "off", not "on"',
    ],
  ],
  [
    "a retry budget that lets nothing through",
    "servers: { s: { command: c, retry_budget: { share: 0, per_second: 0 } }, t: { command: c, retry_budget: { share: 2 } } }\n",
    [
      '1:43: with a "share" and a "per_second" of 0 a repetition would wait for ever: make one of them greater',
      '1:114: "share" must be a number from 0 to 1, not 2',
    ],
  ],
  [
    "spans of time without a unit, and beyond their range",
    "servers: { s: { command: c, hedge_after: 5, health_interval: 1ms, replicas: [{ command: c }] } }\n",
    ['1:42: "hedge_after" needs a unit: write "5s" or "5ms" instead of 5', '1:62: "health_interval" must be from 100ms to 1d, not 1ms'],
  ],
  [
    "a server that gets one call at a time, and two",
    "servers: { s: { command: c, profile: sequential, max_concurrent_calls: 2 } }\n",
    ['1:72: a server with the profile "sequential" gets one call at a time: leave out "max_concurrent_calls", or make it 1'],
  ],
  [
    "addresses",
    `servers:
  a: { url: "localhost:80" }
  b: { type: websocket, url: "https://x/" }
  c: { type: http, url: "wss://x/" }
  d: { type: ws, command: c }
  e: { type: stdio, url: "https://x/" }
  f: { url: "http://mail:8080/mcp" }
  g: { url: "ws://\${H:-analytics}:9090/mcp" }
  h: { command: c, tls: { ca: x }, insecure: true }
  i: { url: "ws://127.0.0.1:9090/mcp" }
  j: { url: "wss://x/#mcp" }
  k: { type: streamableHttp, endpoint: "https://x/" }
`,
    [
      '2:13: "localhost:80" is no address - it begins with https://, http://, wss:// or ws://',
      '3:30: "https://x/" is no address of type "websocket" - it begins with wss:// or ws://',
      '4:25: "wss://x/" is no address of type "http" - it begins with https:// or http://',
      '5:14: a server of type "ws" has a "url", not a "command"',
      '6:14: a server of type "stdio" has a "command", not a "url"',
      '7:13: http:// leaves this machine unencrypted (mail:8080/mcp): use https://, or say "insecure: true" where the network is trusted',
      '8:13: ws:// leaves this machine unencrypted (analytics:9090/mcp): use wss://, or say "insecure: true" where the network is trusted',
      '9:20: "tls" goes with a "url"',
      '9:36: "insecure" goes with a "url"',
      '11:13: "wss://x/#mcp" has a fragment, which the address of a WebSocket cannot have: leave out "#" and what follows',
      '12:30: unknown key "endpoint" - did you mean "url"?',
    ],
  ],
  [
    "certificates",
    `tls: { ca: nowhere.pem, cert: here.pem }
servers:
  a: { url: "https://x/", tls: { key: here.pem } }
  b: { url: "https://x/", tls: {} }
  c: { url: "http://localhost/", tls: { ca: here.pem } }
  d: { url: "wss://x/", tls: { ca: "\${NOPE}/ca.pem", cert: ., key: here.pem } }
`,
    [
      '1:6: "key" is missing: the private key of the certificate in "cert"',
      expect.stringMatching(/^tutti\.yaml:1:12: cannot read the file: ENOENT.*nowhere\.pem/),
      '3:32: "cert" is missing: the certificate that "key" is the private key of',
      '4:32: "tls" must have at least one entry',
      '5:34: "tls" has no meaning for an address that begins with http:// or ws://: use https:// or wss://',
      "6:37: the environment variable NOPE is not set - set it, or write ${NOPE:-default}",
      expect.stringMatching(/^tutti\.yaml:6:60: cannot read the file: .* is no file$/),
    ],
  ],
  [
    "what holds for all servers",
    "shared_resources: { a: 0, b b: 1 }\nsecurity: { require: [autenticated] }\nlimits: { client_rate: 10 }\n",
    [
      '1:24: "a" must be a whole number from 1 to 1000000, not 0',
      '1:27: "b b" is not allowed as a name: what is shared has a name of 1 to 100 letters, digits, "_" and "-" that begins with a letter or digit',
      '2:23: "require[0]" cannot be "autenticated" - did you mean "authenticated"?',
      `3:24: "client_rate" ${RATE} the number 10`,
    ],
  ],
])("%s: each mistake has its place, and says what would be right", (_, text, problems) => {
  using folder = folderWith({ "tutti.yaml": text, "here.pem": "" });
  const found = problemsOf(() => loadConfig({ workingDirectory: folder.path, environment: {} }));
  expect(found).toEqual(problems.map((problem) => (typeof problem === "string" ? `tutti.yaml:${problem}` : problem)));
});

test("hedging without a second replica is only warned of", () => {
  using folder = folderWith({ "tutti.yaml": "servers: { s: { command: c, hedge_after: 1s } }\n" });
  expect(problemsOf(() => loadConfig({ workingDirectory: folder.path, environment: {} }))).toEqual([
    'warning tutti.yaml:1:29: "hedge_after" has no effect: the server has no second replica that could be asked too',
  ]);
});
