import { expect, test, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { type CheckPorts, type CheckResult, runCheck } from "../../src/checks/run-check.ts";
import type { CallOutcome } from "../../src/model/call.ts";
import type { CheckConfig, CheckRegistry } from "../../src/model/check.ts";
import { processesIn } from "../support/processes-in.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const NEVER = new AbortController().signal;
const TOOL_SAYS: CallOutcome = { kind: "succeeded", output: { valid: false, reason: "three tests are red" } };
const PORTS: CheckPorts = { clock: systemClock, callTool: async () => TOOL_SAYS, hide: (text) => text };

test("a program passes with exit code 0, and what it wrote to both streams is kept", async () => {
  const result = await run({ script: 'console.log("all green"); console.error("two warnings")' });
  expect(result).toMatchObject({ passed: true, exitCode: 0, detail: expect.stringMatching(/^exit code 0 after \d+ m?s|^exit code 0/) });
  expect(result.output).toContain("all green\n");
  expect(result.output).toContain("two warnings\n");
});

test("a program that ends with another code did not pass, and its last words say why", async () => {
  const result = await run({ script: 'console.log("1 of 20 failed"); process.exit(3)' });
  expect(result).toMatchObject({
    passed: false,
    exitCode: 3,
    detail: expect.stringMatching(/^exit code 3 after .*; its last words: 1 of 20 failed$/),
  });
});

test("a program that a signal ends did not pass", async () => {
  expect(await run({ script: 'process.kill(process.pid, "SIGKILL")' })).toMatchObject({
    passed: false,
    detail: expect.stringMatching(/^it was ended by SIGKILL/),
  });
});

test.each([
  {
    what: "a program that is not there",
    more: { command: "no-such-program" },
    says: 'it could not be started: there is no program "no-such-program"',
  },
  {
    what: "a folder that is not there",
    more: { workingDirectory: "/no/such/folder" },
    says: 'the directory "/no/such/folder" does not exist',
  },
  { what: "an argument that no program can have", more: { args: ["a\0b"] }, says: "it could not be started: The argument 'args[0]'" },
])("$what makes a check that did not pass, and says so", async ({ more, says }) => {
  using directory = temporaryDirectory();
  const result = await runCheck("c", registry({ ...program(directory.path, ""), ...more }), PORTS, NEVER);
  expect(result.passed).toBe(false);
  expect(result.detail).toContain(says);
});

test("no shell reads the arguments", async () => {
  const result = await run({ script: "console.log(process.argv[1])", args: ["$(echo gotcha); `id` && $HOME"] });
  expect(result.output).toBe("$(echo gotcha); `id` && $HOME\n");
});

test("a program gets of our environment only what every program needs, and what is configured", async () => {
  process.env["A_SECRET_OF_OURS"] = "hunter2";
  try {
    const result = await run({ script: "console.log(JSON.stringify(process.env))", env: { NODE_ENV: "test" } });
    const env = JSON.parse(result.output ?? "") as Record<string, string>;
    expect(env["NODE_ENV"]).toBe("test");
    expect(env["PATH"]).toBe(process.env["PATH"]);
    expect(Object.keys(env)).not.toContain("A_SECRET_OF_OURS");
  } finally {
    delete process.env["A_SECRET_OF_OURS"];
  }
});

test("what must not be written down is taken out of the output and of the last words", async () => {
  using directory = temporaryDirectory();
  const check = {
    ...program(directory.path, 'console.log("the token is " + process.env.TOKEN); process.exit(1)'),
    env: { TOKEN: "hunter2" },
  };
  const hide = (text: string, env: Readonly<Record<string, string>>): string => text.replaceAll(env["TOKEN"] ?? "", "[TOKEN]");
  const result = await runCheck("c", registry(check), { ...PORTS, hide }, NEVER);
  expect(JSON.stringify(result)).not.toContain("hunter2");
  expect(result.detail).toContain("the token is [TOKEN]");
});

test("of a secret that stands where the output is cut nothing is left", async () => {
  using directory = temporaryDirectory();
  const script = 'process.stdout.write("hunter2#".repeat(20_000) + process.argv[1])';
  const hide = (text: string): string => text.replaceAll("hunter2#", "[SECRET]");
  for (const end of ["", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg"]) {
    const check = program(directory.path, script, [end]);
    const result = await runCheck("c", registry(check), { ...PORTS, hide }, NEVER);
    expect(result.output).toMatch(/^[SECRT[\]]+[a-g]*$/);
  }
});

test("of 100 MB of output the last 64 KiB are kept, cut between characters, and it is said how much is missing", async () => {
  const before = process.memoryUsage().arrayBuffers;
  const script = `
    const block = Buffer.alloc(1_000_000, "😀");
    (async () => {
      for (let count = 0; count < 100; count += 1) if (!process.stdout.write(block)) await new Promise((go) => process.stdout.once("drain", go));
      process.stdout.write("x end");
    })();`;
  const result = await run({ script });
  expect(result.passed).toBe(true);
  expect(Buffer.byteLength(result.output ?? "")).toBeLessThanOrEqual(65_536);
  expect(Buffer.byteLength(result.output ?? "") + (result.omittedBytes ?? 0)).toBe(100_000_005);
  expect(result.output).toMatch(/^(?:😀)+x end$/u);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
});

const HANGING_FAMILY = `
  const { spawn } = require("node:child_process");
  process.on("SIGTERM", () => undefined);
  const again = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)";
  spawn(process.execPath, ["-e", again], { stdio: "inherit" });
  spawn(process.execPath, ["-e", again], { stdio: "ignore", detached: true });
  setInterval(() => undefined, 1000);
  console.log("begun");`;

test("a program that hangs is killed when its time is up, with its children and those that left its group", async () => {
  using directory = temporaryDirectory();
  const result = await runCheck("c", registry({ ...program(directory.path, HANGING_FAMILY), timeoutMs: 1_500 }), PORTS, NEVER);
  expect(result).toMatchObject({ passed: false, detail: expect.stringContaining("it did not end within 1.5 s and was killed") });
  expect(processesIn(directory.path)).toEqual([]);
});

test("a program that is no longer wanted is killed with all that it started", async () => {
  using directory = temporaryDirectory();
  const controller = new AbortController();
  const running = runCheck("c", registry(program(directory.path, HANGING_FAMILY)), PORTS, controller.signal);
  await vi.waitFor(() => expect(processesIn(directory.path)).toHaveLength(3), { timeout: 20_000 });
  controller.abort(new Error("no longer wanted"));
  await expect(running).rejects.toThrow("no longer wanted");
  expect(processesIn(directory.path)).toEqual([]);
});

test("what a program leaves behind when it ends does not hold its check up, and does not stay", async () => {
  using directory = temporaryDirectory();
  const script = `
    require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "inherit" }).unref();
    console.log("done"); process.exit(0);`;
  const result = await runCheck("c", registry(program(directory.path, script)), PORTS, NEVER);
  expect(result).toMatchObject({ passed: true, output: "done\n" });
  expect(processesIn(directory.path)).toEqual([]);
});

test.each([
  { outcome: TOOL_SAYS, passed: false, detail: "ci.test said no: three tests are red" },
  { outcome: { kind: "succeeded", output: { valid: true } } satisfies CallOutcome, passed: true, detail: "ci.test said yes" },
  {
    outcome: { kind: "failed", accepted: true, error: { kind: "tool_error", message: "no such suite" } } satisfies CallOutcome,
    passed: false,
    detail: "ci.test said no: no such suite",
  },
])("a tool that gives this passes: $passed, $detail", async ({ outcome, passed, detail }) => {
  const checks = registry({ kind: "tool", server: "ci", tool: "test", arguments: { suite: "unit" } });
  const uses: unknown[] = [];
  const callTool: CheckPorts["callTool"] = async (use) => (uses.push(use), outcome);
  expect(await runCheck("c", checks, { ...PORTS, callTool }, NEVER)).toMatchObject({ passed, detail });
  expect(uses).toEqual([{ server: "ci", tool: "test", input: { suite: "unit" }, timeoutMs: 600_000 }]);
});

test("a check that is not registered did not pass, and it is said where it would be", async () => {
  const { checks, handlers } = registry(program("/", ""));
  expect(await runCheck("unit-tests", { checks, handlers }, PORTS, NEVER)).toMatchObject({
    passed: false,
    detail: 'there is no check "unit-tests" - add it under "checks" in tutti.yaml',
  });
});

async function run(how: {
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
}): Promise<CheckResult> {
  using directory = temporaryDirectory();
  const check = program(directory.path, how.script, how.args);
  return await runCheck("c", registry({ ...check, env: how.env ?? {} }), PORTS, NEVER);
}

function program(directory: string, script: string, args: readonly string[] = []): CheckConfig & { kind: "command" } {
  return { kind: "command", command: process.execPath, args: ["-e", script, ...args], workingDirectory: directory, env: {} };
}

function registry(check: CheckConfig): CheckRegistry {
  return { checks: { c: check }, handlers: {} };
}
