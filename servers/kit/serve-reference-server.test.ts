import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** One of the servers as people start it. Disposing kills it. */
function startServer(folder: string, words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { PATH = "" } = process.env;
  const file = join(import.meta.dirname, "..", "security", "start.ts");
  const environment = { PATH, STATE_DIR: join(folder, "state"), EXCHANGE_DIR: join(folder, "exchange"), ...more };
  const child = spawn(process.execPath, [file, ...words], { env: environment, stdio: ["pipe", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdout.resume();
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr }));
  });
  ended.catch(() => undefined);
  return {
    child,
    ended,
    async printed(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = pattern.exec(stderr)?.[1];
        if (found !== undefined) return found;
        const more = await Promise.race([once(child.stderr, "data").then(() => true), ended.then(() => false)]);
        if (!more) throw new Error(`it never printed ${pattern}: ${stderr}`);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

test.each<readonly [string, readonly string[], Readonly<Record<string, string>>, string]>([
  ["a word", ["hello"], {}, '"hello" is not understood'],
  ["a port that is none", ["--http", "70000"], {}, "a port is a number from 0"],
  ["too many words", ["--http", "1", "2"], {}, "is not understood"],
  ["a number that is none", [], { TOKEN_SECONDS: "soon" }, 'TOKEN_SECONDS is "soon"'],
])("%s ends it with one line and code 64", async (_, words, environment, message) => {
  using directory = temporaryDirectory();
  await using server = startServer(directory.path, words, environment);
  const { code, stderr } = await server.ended;
  expect(code).toBe(64);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("over HTTP it tells how it is at /health, and ends when it is told to", async () => {
  using directory = temporaryDirectory();
  await using server = startServer(directory.path, ["--http", "0"]);
  const url = await server.printed(/security listens at (\S+)\/mcp\n/);
  const health = await fetch(`${url}/health`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ server: "security", status: "healthy", version: "0.1.0", facts: { clients: 0 } });
  server.child.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0 });
});

test("a port that is taken ends it with one line and code 64", async () => {
  using directory = temporaryDirectory();
  const other = createServer();
  other.on("error", () => undefined);
  await once(other.listen(0, "127.0.0.1"), "listening");
  try {
    const { port } = other.address() as { port: number };
    await using server = startServer(directory.path, ["--http", String(port)]);
    const { code, stderr } = await server.ended;
    expect(code).toBe(64);
    expect(stderr).toContain("EADDRINUSE");
  } finally {
    other.close();
  }
});

test("it ends when whoever started it is gone", async () => {
  using directory = temporaryDirectory();
  await using server = startServer(directory.path, []);
  server.child.stdin.end();
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
});
