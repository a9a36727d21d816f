import { expect, test } from "vitest";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld } from "../../support/command-world.ts";
import { startListening } from "../../support/servers/test-connections.ts";

/** What of a run the tests in this file look at. */
interface Run {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly document: {
    readonly execution_id: string;
    readonly steps: readonly { readonly output?: unknown }[];
  };
}

/** Runs a workflow of these steps, and sees to it that nothing of it is left running. */
async function run(world: CommandWorld, ...steps: readonly object[]): Promise<Run> {
  world.write("w.yaml", JSON.stringify({ id: "w", steps }));
  const { exitCode, stdout, stderr } = await world.run("run", "w.yaml", "--json");
  await world.untilNothingRuns();
  return { exitCode, stderr, document: JSON.parse(stdout) as Run["document"] };
}

test("a server that never answers ends the step with a timeout, after as many attempts as were allowed", async () => {
  using world = commandWorld({ mute: "never-answers.ts" });
  const retry = { max_attempts: 2, delay: "1ms" };
  const { exitCode, document } = await run(world, { id: "wait", tool: "mute.wait", effect: "read", timeout: "300ms", retry });
  expect(exitCode).toBe(1);
  expect(document).toMatchObject({
    outcome: "failed",
    steps: [
      {
        status: "failed",
        attempts: 2,
        error: {
          kind: "timeout",
          server: "mute",
          tool: "wait",
          attempt: 2,
          message: "no answer within 300 ms; the server was told to stop",
        },
      },
    ],
    metrics: { calls: 2, retries: 1 },
  });
});

test("a server that dies in the middle of a call that only reads is started again, and asked again", async () => {
  using world = commandWorld({ frail: "dies.ts" });
  const retry = { max_attempts: 2, delay: "1ms" };
  const { exitCode, document } = await run(
    world,
    { id: "ask", tool: "frail.die", effect: "read", retry, on_error: "continue" },
    { id: "then", tool: "frail.live", effect: "read", if: "failed('ask')" },
  );
  expect(exitCode).toBe(2);
  expect(document).toMatchObject({
    outcome: "partial_success",
    steps: [
      { status: "failed", attempts: 2, error: { kind: "connection", server: "frail", tool: "die", attempt: 2 } },
      { status: "completed", output: { text: "fine" } },
    ],
  });
  expect(JSON.stringify(document)).toContain("its process ended with exit code 7; its last words: Error: out of cheese");
});

test("a server that dies in the middle of a call that acts once leaves the step in doubt, with the reason on the screen", async () => {
  using world = commandWorld({ frail: "dies.ts" });
  world.write("w.yaml", "id: w\nsteps:\n  - { id: pay, tool: frail.die }\n");
  const { exitCode, stdout } = await world.run("run", "w.yaml");
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(
    / \? pay {2}frail\.die {2}in doubt: the connection was lost: .*exit code 7; its last words: Error: out of cheese\n/,
  );
  expect(stdout).toMatch(/\n {4}tutti executions resolve \S+ pay --not-happened\n/);
  await world.untilNothingRuns();
});

test("a server that dies at its start refuses the run with its last words, and nothing is begun", async () => {
  using world = commandWorld({ dead: { file: "dies.ts", args: ["at-start"] } });
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, tool: dead.live }\n");
  expect(await world.run("run", "w.yaml")).toEqual({
    exitCode: 69,
    signal: null,
    stdout: "",
    stderr: [
      'tutti: server "dead" is not available: its process ended with exit code 3; its last words: Error: DATABASE_URL is not set',
      "  reading configuration",
      "  Error: DATABASE_URL is not set\n",
    ].join("\n"),
  });
  expect(await world.json("run", "w.yaml")).toMatchObject({
    error: { code: "server.unavailable", details: { server: "dead", stderr: ["reading configuration", "Error: DATABASE_URL is not set"] } },
  });
  expect(await world.json("executions", "list")).toEqual({ executions: [] });
});

test("noise on the stdout of a server does no harm, and too much of it ends the connection", async () => {
  using world = commandWorld({ noisy: "prints-garbage.ts" });
  const { exitCode, document } = await run(
    world,
    { id: "chat", tool: "noisy.chat", effect: "read" },
    { id: "rave", tool: "noisy.rave", effect: "read", needs: ["chat"], retry: { max_attempts: 1 } },
  );
  expect(exitCode).toBe(1);
  expect(document).toMatchObject({
    steps: [
      { status: "completed", output: { text: "fine" } },
      { status: "failed", error: { message: "the connection was lost: it wrote more than 1 MiB to its stdout that is no MCP message" } },
    ],
  });
});

test("20 MB of a result are in the output, in the journal, and on the screen in one line", async () => {
  using world = commandWorld({ big: "big-results.ts" });
  world.write(
    "w.yaml",
    "id: w\nsteps:\n  - { id: get, tool: big.text, effect: read, with: { bytes: 20000000 } }\noutput: ${{ steps.get.output.text }}\n",
  );
  const ran = await world.json<{ readonly execution_id: string; readonly output: string }>("run", "w.yaml");
  expect(ran.output).toHaveLength(20_000_000);
  const shown = await world.json<Run["document"]>("executions", "show", ran.execution_id);
  expect(shown.steps[0]?.output).toEqual({ text: ran.output });
  const screen = await world.run("executions", "show", ran.execution_id);
  expect(screen.stdout).toMatch(/^ {2}output {2}x{199}…$/m);
  expect(screen.stdout.length).toBeLessThan(2_000);
});

test("of 10,000 tools each can be used", async () => {
  using world = commandWorld({ many: "many-tools.ts" });
  const { document } = await run(world, { id: "last", tool: "many.tool_9999", effect: "read" });
  expect(document).toMatchObject({ outcome: "completed", steps: [{ output: { text: "tool_9999" } }] });
  world.write("wrong.yaml", "id: wrong\nsteps:\n  - { id: a, tool: many.tool_99999 }\n");
  expect(await world.run("run", "wrong.yaml")).toMatchObject({
    exitCode: 65,
    stderr: expect.stringMatching(/^wrong\.yaml:3:\d+: unknown tool "many\.tool_99999" - did you mean "many\.tool_\d+"\?\n/),
  });
});

test("a server that takes its time to start is waited for, but not longer than its configuration says", async () => {
  using world = commandWorld({
    slow: { file: "starts-oddly.ts", args: ["slow", "700"] },
    stuck: { file: "starts-oddly.ts", args: ["mute"], keys: { connect_timeout: "400ms" } },
  });
  const { document } = await run(world, { id: "a", tool: "slow.greet", effect: "read" });
  expect(document).toMatchObject({ outcome: "completed", steps: [{ output: { text: "hello" } }] });
  world.write("stuck.yaml", "id: stuck\nsteps:\n  - { id: a, tool: stuck.greet }\n");
  expect(await world.run("run", "stuck.yaml")).toMatchObject({
    exitCode: 69,
    stderr: expect.stringMatching(/^tutti: server "stuck" is not available: .*400 ms/),
  });
  await world.untilNothingRuns();
});

test("a server that speaks only 2024-11-05 is used like any other", async () => {
  using world = commandWorld({ old: "old.ts" });
  const { document } = await run(world, { id: "a", tool: "old.greet" });
  expect(document).toMatchObject({ outcome: "completed", steps: [{ output: { greeting: "hello" } }] });
});

test("a server over HTTP that answers 500 to what it does not know is used, and its failures are told", async () => {
  await using server = await startListening("http-odd.ts", ["500"]);
  using world = commandWorld();
  world.write("tutti.yaml", JSON.stringify({ servers: { odd: { url: server.url } } }));
  const { exitCode, document } = await run(
    world,
    { id: "a", tool: "odd.echo" },
    { id: "b", tool: "odd.broken", effect: "read", retry: { max_attempts: 2, delay: "1ms" }, needs: ["a"] },
  );
  expect(exitCode).toBe(1);
  expect(document).toMatchObject({
    steps: [
      { status: "completed", output: { text: "echo 1" } },
      {
        attempts: 2,
        error: {
          kind: "server_error",
          server: "odd",
          tool: "broken",
          attempt: 2,
          message: "the server answered HTTP 500: Internal Server Error",
        },
      },
    ],
  });
});

test("a server that changes its tools in the middle changes nothing for an execution that goes on", async () => {
  using world = commandWorld({ growing: "changes-tools.ts" });
  const { document } = await run(world, { id: "a", tool: "growing.grow" }, { id: "b", tool: "growing.grow", needs: ["a"] });
  expect(document).toMatchObject({ outcome: "completed", steps: [{ output: { text: "grow of 2" } }, { output: { text: "grow of 3" } }] });
});

test.each([
  { tool: "is_error", error: { kind: "tool_error", message: "the warehouse is closed" } },
  { tool: "bad_arguments", error: { kind: "input_invalid", message: "amount must be positive" } },
  { tool: "internal_error", error: { kind: "server_error", message: "database is locked" } },
  { tool: "breaks_schema", error: { kind: "output_invalid", message: expect.stringContaining("total") } },
])("$tool of a server is never a success, and its own words are told", async ({ tool, error }) => {
  using world = commandWorld({ shop: "fails.ts" });
  const { exitCode, document } = await run(world, { id: "a", tool: `shop.${tool}` });
  expect(exitCode).toBe(1);
  expect(document).toMatchObject({
    outcome: "failed",
    steps: [{ status: "failed", error: { ...error, server: "shop", tool, attempt: 1 } }],
  });
  const { stdout } = await world.run("executions", "show", document.execution_id);
  expect(stdout).toMatch(new RegExp(`✖ a {2}shop\\.${tool} {2}\\S`));
});

test("a server that wants to ask a person, where there is none, fails the call and says what it wanted", async () => {
  using world = commandWorld({ curious: "asks.ts" });
  const { exitCode, document } = await run(world, { id: "a", tool: "curious.ask" });
  expect(exitCode).toBe(1);
  expect(document).toMatchObject({
    steps: [
      { error: { server: "curious", tool: "ask", message: 'the server wanted to ask "What is your name?", and nobody could be asked' } },
    ],
  });
});

test("a flood of progress changes nothing", async () => {
  using world = commandWorld({ eager: "floods-progress.ts" });
  const { document } = await run(world, { id: "a", tool: "eager.flood", with: { messages: 50_000 } });
  expect(document).toMatchObject({ outcome: "completed", steps: [{ attempts: 1, output: { text: "done" } }] });
});

test("a server that ignores every signal, and has children that do, is gone when the run is over", async () => {
  using world = commandWorld({ stubborn: "stubborn.ts" });
  const { document } = await run(world, { id: "a", tool: "stubborn.processes" });
  expect(document).toMatchObject({
    outcome: "completed",
    steps: [{ output: [expect.any(Number), expect.any(Number), expect.any(Number)] }],
  });
});
