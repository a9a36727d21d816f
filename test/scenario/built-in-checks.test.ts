import { expect, test, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { openTutti, type ServerConfig, type Tutti } from "../../src/index.ts";
import { withBuiltInServers } from "../../src/main/built-in-servers.ts";
import { type CheckRegistry, NO_CHECKS } from "../../src/model/check.ts";
import { UNWATCHED } from "../../src/ports/tool-caller.ts";
import { FakeConnections } from "../support/fake-connections.ts";
import { processesIn } from "../support/processes-in.ts";
import { testServer } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const HANGS = "setInterval(() => undefined, 1_000)";

/** The checks are programs that run in the directory. */
function checks(
  directory: string,
  scripts: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Partial<CheckRegistry> {
  const program = (script: string) =>
    ({ kind: "command", command: process.execPath, args: ["-e", script], workingDirectory: directory, env }) as const;
  return { checks: Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, program(script)])) };
}

async function open(directory: string, registry: Partial<CheckRegistry>, servers: readonly ServerConfig[] = []): Promise<Tutti> {
  return await openTutti({ dataDirectory: `${directory}/data`, servers, checks: registry });
}

test("a step may run a check by itself, and reads what it found out", async () => {
  using directory = temporaryDirectory();
  await using tutti = await open(directory.path, checks(directory.path, { lint: 'console.log("clean")' }));
  const { executionId } = await tutti.execute({
    workflow: `id: w
steps:
  - { id: a, tool: checks.run_check, with: { check: lint } }
output: { passed: "\${{ steps.a.output.passed }}", words: "\${{ steps.a.output.output }}" }`,
  });
  expect(await tutti.wait(executionId)).toMatchObject({ outcome: "completed", output: { passed: true, words: "clean\n" } });
});

test("a check that is not there is a mistake of the workflow, also where a step calls it itself", async () => {
  using directory = temporaryDirectory();
  await using tutti = await open(directory.path, checks(directory.path, { lint: "" }));
  const workflow = "id: w\nsteps:\n  - { id: a, tool: checks.run_check, with: { check: rm } }";
  await expect(tutti.execute({ workflow })).rejects.toMatchObject({
    code: "definition.invalid",
    details: { problems: [{ line: 3, message: '"check" must be "lint", not "rm"' }] },
  });
});

test("a server that is named like the one that runs checks is refused, where there are programs to be run", async () => {
  using directory = temporaryDirectory();
  const server = { ...testServer("occupies.ts", [`${directory.path}/notes`, "x"]), name: "checks" };
  await expect(open(directory.path, checks(directory.path, { lint: "" }), [server])).rejects.toMatchObject({
    code: "config.invalid",
    message: 'a server is named "checks", as is the one that runs the programs under "checks" - give it another name',
  });
  await using tutti = await open(directory.path, {}, [server]);
  expect(tutti).toBeDefined();
});

test("a check that runs when Tutti closes is ended, and run again when the execution is taken up", async () => {
  using directory = temporaryDirectory();
  const workflow = "id: w\nsteps:\n  - { id: a, enforcement: unit-tests, value: 7 }\noutput: ${{ steps.a.output }}";
  let executionId: string;
  {
    await using tutti = await open(directory.path, checks(directory.path, { "unit-tests": HANGS }));
    ({ executionId } = await tutti.execute({ workflow }));
    await vi.waitFor(() => expect(processesIn(directory.path)).toHaveLength(1), { timeout: 20_000 });
  }
  expect(processesIn(directory.path)).toEqual([]);
  await using tutti = await open(directory.path, checks(directory.path, { "unit-tests": "" }));
  expect(await tutti.resumeInterrupted()).toEqual([executionId]);
  expect(await tutti.wait(executionId)).toMatchObject({ outcome: "completed", output: 7 });
});

test("a check that runs when its execution fails is ended at once, and leaves nothing to be undone", async () => {
  using directory = temporaryDirectory();
  await using tutti = await open(
    directory.path,
    checks(directory.path, { "unit-tests": HANGS, fails: "setTimeout(() => process.exit(1), 300)" }),
  );
  const { executionId } = await tutti.execute({
    workflow:
      "id: w\nsteps:\n  - { id: a, enforcement: unit-tests, value: 7 }\n  - { id: b, tool: checks.run_check, with: { check: fails } }",
  });
  const report = await tutti.wait(executionId);
  expect(report).toMatchObject({
    outcome: "failed",
    leftovers: [],
    error: { message: expect.stringMatching(/^the check "fails" did not pass: exit code 1/) },
  });
  expect(report.steps[0]).toMatchObject({ id: "a--enforcement", status: "cancelled" });
  expect(processesIn(directory.path)).toEqual([]);
});

test.each([
  { what: "closes", timeoutMs: 60_000, kind: "cancelled", message: "Tutti is closing" },
  { what: "has waited long enough", timeoutMs: 1_000, kind: "timeout", message: "no answer within 1000 ms" },
])("a check that runs when whoever called it $what is ended", async ({ timeoutMs, kind, message }) => {
  using directory = temporaryDirectory();
  const registry = { ...NO_CHECKS, ...checks(directory.path, { lint: HANGS }) };
  const connections = withBuiltInServers(new FakeConnections(), registry, systemClock);
  const call = { server: "checks", tool: "run_check", arguments: { check: "lint" }, meta: {}, timeoutMs };
  const running = connections.call(call, UNWATCHED, new AbortController().signal);
  await vi.waitFor(() => expect(processesIn(directory.path)).toHaveLength(1), { timeout: 20_000 });
  if (kind === "cancelled") await connections[Symbol.asyncDispose]();
  expect(await running).toMatchObject({ kind: "unknown", error: { kind, message } });
  expect(processesIn(directory.path)).toEqual([]);
});

test("no secret that a check was given by its environment is in what it says", async () => {
  using directory = temporaryDirectory();
  const says = 'console.log("with " + process.env.DEPLOY_TOKEN + " in " + process.env.NODE_ENV); process.exit(1)';
  const env = { DEPLOY_TOKEN: "hunter2hunter2", NODE_ENV: "production" };
  await using tutti = await open(directory.path, checks(directory.path, { "unit-tests": says }, env));
  const { executionId } = await tutti.execute({ workflow: "id: w\nsteps:\n  - { id: a, validation: unit-tests, value: 7 }" });
  const report = await tutti.wait(executionId);
  expect(JSON.stringify(report)).not.toContain("hunter2");
  expect(report.error?.message).toContain("its last words: with [DEPLOY_TOKEN] in production");
});
