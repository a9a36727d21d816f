import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, problemsOf } from "../../test/support/config-folder.ts";
import { loadConfig } from "./config.ts";

test("a tutti.yaml is read whole, with variables put in and paths relative to the file", () => {
  using folder = folderWith({
    "conf/tutti.yaml": `
data_dir: state
secrets: { file: keys.env }
limits: { max_concurrent_calls: 9 }
operations: { process_order: flows/order.yaml }
servers:
  files:
    command: ./bin/files
    args: ["\${ROOT:-notes}", ""]
    env: { TOKEN: "\${TOKEN}" }
    env_file: extra.env
    idempotency_keys: true
    effects: { write: idempotent }
    requires: { write: [other.open] }
    max_concurrent_calls: 2
    connect_timeout: 5s
    protocol_era: legacy
  web: { url: "https://\${HOST}/mcp", headers: { authorization: "Bearer \${TOKEN}" } }
  off: { command: nothing, disabled: true }
`,
    "conf/extra.env": "A=1\nTOKEN=from-file\n",
  });
  const config = loadConfig({ workingDirectory: folder.path, environment: { TOKEN: "t", HOST: "h" }, configFile: "conf/tutti.yaml" });
  expect(config).toEqual({
    found: { file: join(folder.path, "conf/tutti.yaml"), by: "request" },
    dataDirectory: join(folder.path, "conf/state"),
    secretsFile: join(folder.path, "conf/keys.env"),
    maxConcurrentCalls: 9,
    access: { roles: {}, tenants: {} },
    sharedResources: {},
    demands: [],
    serve: { allowedHosts: [], allowedOrigins: [] },
    ports: {},
    checkRegistry: { checks: {}, handlers: {} },
    operations: { process_order: join(folder.path, "conf/flows/order.yaml") },
    warnings: [],
    servers: [
      {
        name: "files",
        connection: {
          kind: "stdio",
          command: join(folder.path, "conf/bin/files"),
          args: ["notes", ""],
          env: { A: "1", TOKEN: "t" },
          cwd: join(folder.path, "conf"),
        },
        honoursIdempotencyKey: true,
        effects: { write: "idempotent" },
        requires: { write: ["other.open"] },
        maxConcurrentCalls: 2,
        connectTimeoutMs: 5_000,
        protocolEra: "legacy",
      },
      {
        name: "web",
        connection: { kind: "http", url: "https://h/mcp", headers: { authorization: "Bearer t" } },
        honoursIdempotencyKey: false,
        effects: {},
        requires: {},
      },
    ],
  });
});

test.each(["mcp.json", ".mcp.json", ".vscode/mcp.json"])(
  "%s of another program is read with comments, and without its other keys",
  (name) => {
    using folder = folderWith({
      [name]: `{
  // Servers of the editor.
  "inputs": [{ "id": "x" }],
  "servers": { "a": { "type": "stdio", "command": "node", "args": ["\${workspaceFolder}/a.js"], }, },
}`,
    });
    const config = loadConfig({ workingDirectory: folder.path, environment: {} });
    expect(config.servers).toEqual([
      {
        name: "a",
        connection: { kind: "stdio", command: "node", args: [join(folder.path, "a.js")], env: {}, cwd: folder.path },
        honoursIdempotencyKey: false,
        effects: {},
        requires: {},
      },
    ]);
    expect(config.dataDirectory).toBe(join(folder.path, ".tutti"));
  },
);

test("an included mcp.json gives servers to which tutti.yaml adds, or which it replaces", () => {
  using folder = folderWith({
    "tutti.yaml": `
mcp: sub/mcp.json
servers:
  kept: { idempotency_keys: true, effects: { put: once } }
  replaced: { url: "https://new/" }
  gone: { disabled: true }
`,
    "sub/mcp.json": `{"mcpServers": {"kept": {"command": "./run"}, "replaced": {"command": "\${OLD}"}, "gone": {"command": "\${GONE}"}}}`,
  });
  const { servers } = loadConfig({ workingDirectory: folder.path, environment: {} });
  expect(servers).toMatchObject([
    { name: "kept", connection: { command: join(folder.path, "sub/run") }, honoursIdempotencyKey: true, effects: { put: "once" } },
    { name: "replaced", connection: { kind: "http", url: "https://new/" } },
  ]);
});

test.each([
  {
    name: "all problems of a file are reported at once, with their places",
    files: {
      "tutti.yaml": `data_dri: x
servers:
  a: { comand: node }
  b: { command: node, url: "http://x/" }
  c: { url: "ftp://x/" }
  d:
    command: \${NOPE}
    cwd: a \${input:key}
    args: [x, 5]
    connect_timeout: 5
    effects: { write: onc }
  "bad name": { command: x }
`,
    },
    problems: [
      'tutti.yaml:1:1: unknown key "data_dri" - did you mean "data_dir"?',
      'tutti.yaml:3:8: unknown key "comand" - did you mean "command"?',
      'tutti.yaml:4:8: a server has a "command" or a "url", not both',
      'tutti.yaml:5:13: "ftp://x/" is no address - it begins with https://, http://, wss:// or ws://',
      "tutti.yaml:7:14: the environment variable NOPE is not set - set it, or write ${NOPE:-default}",
      "tutti.yaml:8:12: ${input:key} asks a person each time, which tutti does not do - use an environment variable such as ${KEY}",
      'tutti.yaml:9:15: "args[1]" must be text, not a number: put it in quotes',
      'tutti.yaml:10:22: "connect_timeout" needs a unit: write "5s" or "5ms" instead of 5',
      'tutti.yaml:11:23: "write" cannot be "onc" - did you mean "once"?',
      'tutti.yaml:12:3: "bad name" is not allowed as a name: at most 64 letters, digits, - and _',
    ],
  },
  {
    name: "text that is no YAML",
    files: { "tutti.yaml": "servers: [\n" },
    problems: ["tutti.yaml:2:1: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]"],
  },
  {
    name: "aliases that grow without end",
    files: {
      "tutti.yaml": `a: &a [x,x,x,x,x,x,x,x,x,x]\n${["b", "c", "d", "e", "f"].map((key, index) => `${key}: &${key} [${`*${"abcde"[index]},`.repeat(10)}]\n`).join("")}`,
    },
    problems: expect.arrayContaining(["tutti.yaml:1:12: aliases stand for more than 100000 values"]),
  },
  {
    name: "a client's file without servers",
    files: { "mcp.json": "{}" },
    problems: ['mcp.json:1:1: "mcpServers" is missing: the MCP servers, by name'],
  },
  {
    name: "what is strange in a file that was not written for tutti is only a warning",
    files: { "mcp.json": `{"mcpServers": {"a": {"command": "x", "autoApprove": []}, "b c": {"command": "y"}}}` },
    problems: [
      expect.stringContaining('warning mcp.json:1:39: unknown key "autoApprove"'),
      'warning mcp.json:1:59: "b c" is not allowed as a name: at most 64 letters, digits, - and _',
    ],
  },
  {
    name: "a file that is included but is not there",
    files: { "tutti.yaml": "mcp: nope.json\n" },
    problems: [expect.stringMatching(/^tutti\.yaml:1:6: cannot read .*nope\.json: ENOENT/)],
  },
])("$name", ({ files, problems }) => {
  using folder = folderWith(files);
  expect(problemsOf(() => loadConfig({ workingDirectory: folder.path, environment: {} }))).toEqual(problems);
});

test("a configuration is looked for where tutti was started, then beside the workflow", () => {
  using folder = folderWith({ "flows/tutti.yml": "{}", "elsewhere/x.txt": "" });
  const from = (workingDirectory: string) =>
    loadConfig({ workingDirectory: join(folder.path, workingDirectory), environment: {}, workflowFile: "../flows/w.yaml" }).found?.by;
  expect(from("elsewhere")).toBe("workflow");
  expect(from("flows")).toBe("working-directory");
  expect(loadConfig({ workingDirectory: folder.path, environment: {} }).found).toBeUndefined();
  expect(loadConfig({ workingDirectory: folder.path, environment: { TUTTI_CONFIG: "flows/tutti.yml" } }).found?.by).toBe("environment");
});

test("the data directory is the one asked for, else of the environment, else of the file", () => {
  using folder = folderWith({ "tutti.yaml": "data_dir: a\n" });
  const of = (dataDirectory: string | undefined, environment: Readonly<Record<string, string>>) =>
    loadConfig({ workingDirectory: folder.path, environment, ...(dataDirectory === undefined ? {} : { dataDirectory }) }).dataDirectory;
  expect(of("c", { TUTTI_DATA_DIR: "b" })).toBe(join(folder.path, "c"));
  expect(of(undefined, { TUTTI_DATA_DIR: "b" })).toBe(join(folder.path, "b"));
  expect(of(undefined, {})).toBe(join(folder.path, "a"));
});

test("a configuration that is asked for but is not there is unreadable", () => {
  expect(() => loadConfig({ workingDirectory: "/", environment: {}, configFile: "/no/such/tutti.yaml" })).toThrow(
    /cannot read \/no\/such\/tutti.yaml/,
  );
});

test("a server has another name than the one that runs the programs among the checks, and only then", () => {
  const server = 'servers: { checks: { command: "x" } }\n';
  using taken = folderWith({ "tutti.yaml": `${server}checks: { ok: { command: "true" } }\n` });
  expect(problemsOf(() => loadConfig({ workingDirectory: taken.path, environment: {} }))).toEqual([
    expect.stringMatching(/^tutti\.yaml:1:12: .*another name/),
  ]);
  using free = folderWith({ "tutti.yaml": `${server}checks: { ok: { tool: checks.ok } }\n` });
  expect(problemsOf(() => loadConfig({ workingDirectory: free.path, environment: {} }))).toEqual([]);
});
