import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../support/built-command.ts";
import type { Environment, Finished } from "../support/built-command.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ECHO = resolve(import.meta.dirname, "../support/servers/echo.ts");

interface Folder extends Disposable {
  readonly path: string;
  write(name: string, text: string): void;
  read(name: string): string;
  run(...args: readonly string[]): Promise<Finished>;
  runWith(environment: Environment, ...args: readonly string[]): Promise<Finished>;
}

/** A folder for projects, and a home in which no program keeps anything but what a test puts there. */
function emptyFolder(): Folder {
  const directory = temporaryDirectory();
  const home = { HOME: join(directory.path, "home"), XDG_CONFIG_HOME: "" };
  mkdirSync(home.HOME);
  return {
    path: directory.path,
    write(name, text) {
      mkdirSync(dirname(join(directory.path, name)), { recursive: true });
      writeFileSync(join(directory.path, name), text);
    },
    read: (name) => readFileSync(join(directory.path, name), "utf8"),
    run: async (...args) => await runCommand(args, directory.path, home),
    runWith: async (environment, ...args) => await runCommand(args, directory.path, { ...home, ...environment }),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

const SECRET = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

const echoEntry = { command: process.execPath, args: [ECHO], env: { ECHO_TOKEN: SECRET } };

test("a project is made and runs, and is left as it is when it is made again", async () => {
  using folder = emptyFolder();
  const made = await folder.run("init");
  expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/made +tutti\.yaml/) });
  expect(await folder.run("run", "hello.yaml", "-p", "name=Ada")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Hello, Ada!"),
  });
  expect(await folder.run("validate", "hello.yaml")).toMatchObject({ exitCode: 0 });
  expect(folder.read(".gitignore")).toBe(".tutti/\n");
  expect(statSync(join(folder.path, ".tutti")).mode & 0o777).toBe(0o700);
  for (const [file, schema] of [
    ["tutti.yaml", ".tutti/tutti.schema.json"],
    ["hello.yaml", ".tutti/workflow.schema.json"],
  ] as const) {
    expect(folder.read(file).split("\n")[0]).toBe(`# yaml-language-server: $schema=${schema}`);
    expect(JSON.parse(folder.read(schema))).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
  }
  folder.write("hello.yaml", "id: mine\nsteps: []\n");
  folder.write(".gitignore", "dist/");
  expect(await folder.run("init")).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/kept +hello\.yaml/) });
  expect([folder.read("hello.yaml"), folder.read(".gitignore")]).toEqual(["id: mine\nsteps: []\n", "dist/\n.tutti/\n"]);
});

test("a project is made in a folder that is not there yet, and not in place of a file", async () => {
  using folder = emptyFolder();
  expect(await folder.run("init", "a/b")).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("cd a/b") });
  expect(existsSync(join(folder.path, "a/b/tutti.yaml"))).toBe(true);
  folder.write("file", "");
  expect(await folder.run("init", "file")).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("is a file") });
});

test.each([
  { from: "claude-desktop", file: "home/.config/Claude/claude_desktop_config.json", key: "mcpServers" },
  { from: "cursor", file: "home/.cursor/mcp.json", key: "mcpServers" },
  { from: "cursor", file: "p/.cursor/mcp.json", key: "mcpServers" },
  { from: "vscode", file: "p/.vscode/mcp.json", key: "servers" },
  { from: "vscode", file: "home/.config/Code/User/mcp.json", key: "servers" },
  { from: "claude-code", file: "p/.mcp.json", key: "mcpServers" },
  { from: "p/mcp.json", file: "p/mcp.json", key: "mcpServers" },
  { from: "elsewhere/settings.json", file: "elsewhere/settings.json", key: "mcpServers" },
])("servers of $from in $file are taken over and can be used, without the secrets that stood there", async ({ from, file, key }) => {
  if (process.platform !== "linux" && file.includes(".config")) return;
  using folder = emptyFolder();
  folder.write(file, `// Kept by the other program.\n${JSON.stringify({ [key]: { echo: echoEntry } })}\n`);
  const made = await folder.run("init", "p", "--from", from, "--json");
  expect([made.exitCode, JSON.parse(made.stdout)]).toMatchObject([
    0,
    { servers: ["echo"], variables: [{ name: "ECHO_TOKEN", server: "echo", place: "env ECHO_TOKEN", was: "secret", set: false }] },
  ]);
  expect([made.stdout, made.stderr, folder.read("p/tutti.yaml")].join("")).not.toContain(SECRET);
  const config = ["--config", "p/tutti.yaml"];
  expect(await folder.run("servers", "list", ...config)).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining("the environment variable ECHO_TOKEN is not set"),
  });
  const environment = { ECHO_TOKEN: SECRET };
  expect(await folder.runWith(environment, "servers", "check", ...config)).toMatchObject({ exitCode: 0 });
  expect(await folder.runWith(environment, "validate", "p/hello.yaml", ...config)).toMatchObject({ exitCode: 0 });
});

test("in a pipe nothing is made where somebody would have to be asked, and then what is said is done", async () => {
  using folder = emptyFolder();
  folder.write(".vscode/mcp.json", JSON.stringify({ servers: { echo: { ...echoEntry, env: {} } } }));
  expect(await folder.run("init")).toMatchObject({
    exitCode: 64,
    stderr: expect.stringMatching(/1 server of VS Code \(echo\) in \.vscode\/mcp\.json, --from \.vscode\/mcp\.json.*--yes/s),
  });
  expect(existsSync(join(folder.path, "tutti.yaml"))).toBe(false);
  expect(await folder.run("init", "--from", "none")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("no servers yet") });
  expect(await folder.run("init", "--yes")).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/servers:\n {2}echo:\n/),
    stderr: expect.stringContaining("stays as it is"),
  });
  expect(folder.read("tutti.yaml")).not.toContain("echo.ts");
});

test("what is there under the name of a file is left as it is, whatever it is, and what cannot be read has no servers", async () => {
  using folder = emptyFolder();
  for (const name of ["hello.yaml", ".gitignore", "mcp.json"]) mkdirSync(join(folder.path, name));
  symlinkSync("nowhere", join(folder.path, "tutti.yml"));
  folder.write(".mcp.json", "[1");
  expect(await folder.run("init", "--json")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/"tutti\.yaml",\s+"action": "keep"/),
  });
  expect(existsSync(join(folder.path, "tutti.yaml"))).toBe(false);
  folder.write("q/.tutti", "");
  expect(await folder.run("init", "q")).toMatchObject({ exitCode: 69, stderr: expect.stringContaining("the data need a directory") });
});

test.each([
  { from: "claude-desktop", exitCode: 66, told: "no servers of Claude Desktop were found" },
  { from: "nope.json", exitCode: 66, told: "cannot read nope.json" },
  { from: "empty.json", exitCode: 66, told: "there are no servers in" },
  { from: "wrong.json", exitCode: 65, told: "wrong.json:1:" },
])("--from $from is refused with $exitCode, and nothing is made", async ({ from, exitCode, told }) => {
  using folder = emptyFolder();
  folder.write("empty.json", "{}");
  folder.write("wrong.json", "{ servers");
  expect(await folder.run("init", "p", "--from", from)).toMatchObject({ exitCode, stderr: expect.stringContaining(told) });
  expect(existsSync(join(folder.path, "p"))).toBe(false);
});
