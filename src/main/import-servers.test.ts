import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { importServers } from "./import-servers.ts";

const DIRECTORY = "/home/ada/project";

function imported(value: Json, folder?: string) {
  return importServers([{ value, ...(folder === undefined ? {} : { folder }) }], DIRECTORY);
}

test("servers of VS Code keep what Tutti understands, and inputs become variables", () => {
  const result = imported(
    {
      inputs: [
        { type: "promptString", id: "perplexity-key", description: "Perplexity API key", password: true },
        { type: "promptString", id: "region", default: "eu" },
        { type: "promptString", id: "api-key", default: "sk-not-to-be-shared" },
      ],
      servers: {
        search: {
          type: "stdio",
          command: "${workspaceFolder}/bin/search",
          args: ["${input:region}", 5, "${input:api-key}", "${workspaceFolderBasename}${/}x"],
          env: { KEY: "${input:perplexity-key}", HOME_DIR: "${userHome}", A: "${env:A}", N: null, ON: true },
          envFile: ".env",
          dev: { watch: "x" },
        },
        remote: { type: "http", url: "https://example.com/mcp", headers: { "X-Key": "${input:perplexity-key}" } },
      },
    },
    DIRECTORY,
  );
  expect(result).toEqual({
    servers: {
      search: {
        command: "${workspaceFolder}/bin/search",
        args: ["${REGION:-eu}", "5", "${API_KEY}", "project/x"],
        env: { KEY: "${PERPLEXITY_KEY}", HOME_DIR: "${userHome}", A: "${A}", ON: "true" },
        env_file: ".env",
      },
      remote: { url: "https://example.com/mcp", headers: { "X-Key": "${PERPLEXITY_KEY}" } },
    },
    needed: [
      { name: "API_KEY", server: "search", place: "argument 3", was: "input" },
      { name: "PERPLEXITY_KEY", server: "search", place: "env KEY", was: "input", about: "Perplexity API key" },
      { name: "A", server: "search", place: "env A", was: "environment" },
    ],
    notes: ['of "search" was left out what Tutti does not know: dev'],
  });
});

test("what is relative in a file of another folder is seen from the folder of tutti.yaml", () => {
  const entry = { command: "./run", args: ["./data"], envFile: "conf/.env" };
  const { servers } = imported({ mcpServers: { a: entry, b: { command: "node", cwd: "sub" } } }, "/home/ada/other");
  expect(servers).toEqual({
    a: { command: "../other/run", args: ["./data"], env_file: "../other/conf/.env", cwd: "../other" },
    b: { command: "node", cwd: "../other/sub" },
  });
});

test.each([
  { name: "a name that workflows cannot use", value: { "My Files!": { command: "x" } }, servers: { "My-Files": { command: "x" } } },
  {
    name: "a server that is switched off",
    value: { a: { command: "x", disabled: true } },
    servers: { a: { command: "x", disabled: true } },
  },
  {
    name: "a server that is not switched on",
    value: { a: { command: "x", enabled: false } },
    servers: { a: { command: "x", disabled: true } },
  },
  { name: "an address under another name", value: { a: { serverUrl: "https://x/" } }, servers: { a: { url: "https://x/" } } },
  { name: "the old transport", value: { a: { type: "sse", url: "https://x/" } }, servers: { a: { type: "sse", url: "https://x/" } } },
  { name: "nothing that could be reached", value: { a: { args: [] }, b: 5 }, servers: {} },
  {
    name: "Tutti itself",
    value: { a: { command: "tutti", args: ["mcp"] }, b: { command: "npx", args: ["-y", "tutti", "mcp"] } },
    servers: {},
  },
  {
    name: "something else that is called so",
    value: { a: { command: "tutti-frutti", args: ["mcp"] } },
    servers: { a: { command: "tutti-frutti", args: ["mcp"] } },
  },
  {
    name: "a default that is a secret",
    value: { a: { command: "x", args: ["${A:-sk-1}", "${B:-b}"] } },
    servers: { a: { command: "x", args: ["${A}", "${B:-b}"] } },
  },
])("$name", ({ value, servers }) => {
  expect(imported({ mcpServers: value }).servers).toEqual(servers);
});

test("servers of the same name in two files are both taken over", () => {
  const documents = [{ value: { mcpServers: { a: { command: "x" } } } }, { value: { mcp: { servers: { a: { command: "y" } } } } }];
  const { servers, notes } = importServers(documents, DIRECTORY);
  expect(servers).toEqual({ a: { command: "x" }, "a-2": { command: "y" } });
  expect(notes).toEqual(['"a" is called "a-2"']);
});
