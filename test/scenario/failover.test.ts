import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { type ExecutionView, isTuttiError, openTutti, type ServerConfig } from "../../src/index.ts";
import { inRepository } from "../support/built-command.ts";
import { commandWorld, type CommandWorld } from "../support/command-world.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { startListening } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What of a run the tests in this file look at. */
interface RunDocument {
  readonly execution_id: string;
  readonly outcome: string | null;
  readonly steps: readonly StepDocument[];
}

interface StepDocument {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly output?: { readonly replica?: string } | readonly { readonly replica: string }[];
  readonly replica?: string;
  readonly failovers?: readonly { readonly replica: string; readonly kind: string; readonly message: string }[];
}

interface EntryDocument {
  readonly action: string;
  readonly outcome?: string;
  readonly details?: { readonly replica?: string; readonly failovers?: readonly { readonly replica: string; readonly kind: string }[] };
}

const SERVER = "test/support/servers/first-fails.ts";

function replica(name: string): object {
  return { name, command: process.execPath, args: [inRepository(SERVER), name] };
}

/** A world whose server `pair` has these replicas. */
function worldOf(...replicas: readonly object[]): CommandWorld {
  const world = commandWorld();
  world.write("tutti.yaml", JSON.stringify({ servers: { pair: { replicas } } }));
  return world;
}

function pair(): CommandWorld {
  return worldOf(replica("one"), replica("two"));
}

async function run(
  world: CommandWorld,
  ...steps: readonly object[]
): Promise<{ readonly exitCode: number | null; readonly document: RunDocument }> {
  world.write("w.yaml", JSON.stringify({ id: "w", steps }));
  const { exitCode, stdout, stderr } = await world.run("run", "w.yaml", "--json");
  await world.untilNothingRuns();
  assert(stdout !== "", stderr);
  return { exitCode, document: JSON.parse(stdout) as RunDocument };
}

/** The lines that the replicas have written into a file that they share. */
function linesOf(world: { readonly path: string }, file: "came" | "done"): readonly string[] {
  const path = join(world.path, file);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

/** What the audit log says of how the call ended. */
async function ending(world: CommandWorld): Promise<EntryDocument | undefined> {
  const { entries } = await world.json<{ readonly entries: readonly EntryDocument[] }>("audit", "list");
  return entries.find(({ action }) => action === "call-ended");
}

test.each(["look", "put"])(
  "a replica that is killed in the middle of %s: the step succeeds elsewhere, and everybody is told",
  async (tool) => {
    using world = pair();
    const { exitCode, document } = await run(world, { id: "ask", tool: `pair.${tool}`, with: { first: "die" } });
    expect(exitCode).toBe(0);
    const [first, second] = linesOf(world, "came").map((line) => line.split(" ")[1]);
    expect(new Set([first, second])).toEqual(new Set(["one", "two"]));
    expect(linesOf(world, "done")).toEqual([`${tool} ${second}`]);
    const told = {
      replica: second,
      failovers: [{ replica: first, kind: "connection", message: expect.stringContaining("SIGKILL") as string }],
    };
    expect(document.steps).toMatchObject([{ status: "completed", attempts: 1, output: { replica: second }, ...told }]);
    const shown = await world.json<RunDocument>("executions", "show", document.execution_id);
    expect(shown.steps).toMatchObject([told]);
    expect(await ending(world)).toMatchObject({ outcome: "succeeded", details: told });
  },
);

test("a replica that is killed in the middle of a call that acts once leaves it in doubt, and nobody repeats it", async () => {
  using world = pair();
  const { exitCode, document } = await run(world, { id: "pay", tool: "pair.act", with: { first: "die" } });
  expect(exitCode).toBe(3);
  expect(document.steps).toMatchObject([{ status: "in_doubt", attempts: 1, error: { kind: "connection", server: "pair" } }]);
  await world.run("executions", "resume", document.execution_id, "--json");
  expect(linesOf(world, "came")).toHaveLength(1);
  expect(linesOf(world, "done")).toEqual([]);
  expect(await ending(world)).toMatchObject({ outcome: "unknown" });
});

test("a call that acts once goes to the other replica when it is known that the first has not got it", async () => {
  using directory = temporaryDirectory();
  await using proxy = await startFaultProxy(() => ({ kind: "pass" }));
  const near = { name: "near", connection: replicaAt(directory.path, "near"), tier: 1 };
  const far = { kind: "http", url: `http://127.0.0.1:${proxy.port}/mcp`, headers: {} } as const;
  const servers = [{ ...configOf("pair", far), replicas: [near] }];
  await using tutti = await openTutti({ dataDirectory: join(directory.path, "data"), servers });
  await using listening = await startListening("http-odd.ts");
  proxy.direct(Number(new URL(listening.url).port));
  const acts = { id: "pay", for_each: [1, 2, 3, 4], max_parallel: 1, tool: "pair.echo", effect: "once" };
  const pay = async (): Promise<ExecutionView> => await tutti.wait((await tutti.execute({ workflow: workflowOf(acts) })).executionId);
  expect((await pay()).outcome).toBe("completed");
  proxy.shut();
  proxy.cutAll();
  const [step] = (await pay()).steps;
  expect(step).toMatchObject({ status: "completed", attempts: 4 });
  expect(step?.failovers?.[0]).toMatchObject({ replica: "1", kind: "connection" });
  expect(linesOf(directory, "done").filter((line) => line === "echo near")).toHaveLength(2 + 4);
});

test("a replica that does not answer in time: a call that only reads goes to the other one", async () => {
  using world = pair();
  const { exitCode, document } = await run(world, { id: "ask", tool: "pair.look", with: { first: "hang" }, timeout: "400ms" });
  expect(exitCode).toBe(0);
  expect(document.steps).toMatchObject([{ attempts: 1, failovers: [{ kind: "timeout" }] }]);
  expect(linesOf(world, "came")).toHaveLength(2);
});

test("a replica of the second tier gets calls only while the first cannot take them, which is used again when it is back", async () => {
  using world = worldOf(replica("one"), { ...replica("two"), tier: "secondary" });
  const looks = { for_each: [1, 2, 3, 4], max_parallel: 1, tool: "pair.look" };
  const { exitCode } = await run(
    world,
    { id: "before", ...looks },
    { id: "dies", needs: ["before"], tool: "pair.look", with: { first: "die", only: "one" } },
    { id: "pause", needs: ["dies"], sleep: "3s" },
    { id: "after", needs: ["pause"], ...looks },
  );
  expect(exitCode).toBe(0);
  const came = linesOf(world, "came");
  expect(came.slice(0, 6)).toEqual(["look one", "look one", "look one", "look one", "look one", "look two"]);
  expect(came.at(-1)).toBe("look one");
});

test("a server that hangs at its start delays neither the start of another nor its calls", async () => {
  using directory = temporaryDirectory();
  const hung = configOf("hung", { kind: "stdio", command: process.execPath, args: ["-e", "setInterval(() => undefined, 1e6)"], env: {} });
  const quick = configOf("quick", replicaAt(directory.path, "one"));
  await using tutti = await openTutti({
    dataDirectory: join(directory.path, "data"),
    servers: [{ ...hung, connectTimeoutMs: 3_000 }, quick],
  });
  let refused = false;
  const waiting = tutti.execute({ workflow: workflowOf({ id: "ask", tool: "hung.look" }) }).catch((error: unknown) => {
    refused = true;
    return error;
  });
  const { executionId } = await tutti.execute({ workflow: workflowOf({ id: "ask", tool: "quick.look" }) });
  expect((await tutti.wait(executionId)).outcome).toBe("completed");
  expect(refused).toBe(false);
  expect(isTuttiError(await waiting, "server.unavailable")).toBe(true);
});

test("a replica that hangs at its start is waited for when the tools are listed, and not once more by the calls", async () => {
  using directory = temporaryDirectory();
  const hung = configOf("pair", { kind: "stdio", command: process.execPath, args: ["-e", "setInterval(() => undefined, 1e6)"], env: {} });
  const near = { name: "near", connection: replicaAt(directory.path, "near"), tier: 1 };
  await using tutti = await openTutti({
    dataDirectory: join(directory.path, "data"),
    servers: [{ ...hung, connectTimeoutMs: 2_000, replicas: [near] }],
  });
  const { executionId } = await tutti.execute({ workflow: workflowOf({ id: "ask", for_each: [1, 2, 3, 4], tool: "pair.look" }) });
  const { outcome, startedAtMs, endedAtMs } = await tutti.wait(executionId);
  expect(outcome).toBe("completed");
  expect((endedAtMs ?? Number.POSITIVE_INFINITY) - startedAtMs).toBeLessThan(1_500);
});

test("a server that does not answer a call delays no call of another", async () => {
  using directory = temporaryDirectory();
  const servers = ["stuck", "quick"].map((name) => configOf(name, replicaAt(directory.path, name)));
  await using tutti = await openTutti({ dataDirectory: join(directory.path, "data"), servers });
  const { executionId } = await tutti.execute({
    workflow: workflowOf(
      {
        id: "stuck",
        for_each: [1, 2, 3, 4, 5, 6, 7, 8],
        tool: "stuck.look",
        with: { first: "hang", only: "stuck" },
        timeout: "2s",
        ...ONE_ATTEMPT,
      },
      { id: "quick", for_each: [1, 2, 3, 4, 5, 6, 7, 8], tool: "quick.look" },
    ),
  });
  const { steps } = await tutti.wait(executionId);
  const [stuck, quick] = steps;
  expect(stuck).toMatchObject({ status: "failed", error: { kind: "timeout", server: "stuck" } });
  expect(quick?.status).toBe("completed");
  expect(quick?.completedAtMs).toBeLessThan((stuck?.completedAtMs ?? 0) - 1_000);
});

test("a server that comes back is used again by the process that has seen it go", async () => {
  using directory = temporaryDirectory();
  await using proxy = await startFaultProxy(() => ({ kind: "pass" }));
  const server = configOf("far", { kind: "http", url: `http://127.0.0.1:${proxy.port}/mcp`, headers: {} });
  await using tutti = await openTutti({ dataDirectory: join(directory.path, "data"), servers: [server] });
  const ask = async (retry: object): Promise<ExecutionView> => {
    const { executionId } = await tutti.execute({ workflow: workflowOf({ id: "ask", tool: "far.echo", effect: "read", ...retry }) });
    return await tutti.wait(executionId);
  };
  {
    await using listening = await startListening("http-odd.ts");
    proxy.direct(Number(new URL(listening.url).port));
    expect((await ask(ONE_ATTEMPT)).outcome).toBe("completed");
  }
  proxy.shut();
  expect((await ask(ONE_ATTEMPT)).steps).toMatchObject([{ status: "failed", error: { kind: "connection", server: "far" } }]);
  await using again = await startListening("http-odd.ts");
  proxy.direct(Number(new URL(again.url).port));
  await proxy.open();
  expect((await ask({ retry: { max_attempts: 50, delay: "50ms", max_delay: "500ms" } })).outcome).toBe("completed");
});

const ONE_ATTEMPT = { retry: { max_attempts: 1 } };

function workflowOf(...steps: readonly object[]): string {
  return JSON.stringify({ id: "w", steps });
}

function configOf(name: string, connection: ServerConfig["connection"]): ServerConfig {
  return { name, connection, honoursIdempotencyKey: false, effects: {}, requires: {} };
}

function replicaAt(directory: string, name: string): ServerConfig["connection"] {
  return { kind: "stdio", command: process.execPath, args: [inRepository(SERVER), name], env: {}, cwd: directory };
}
