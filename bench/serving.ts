import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND, inRepository } from "../test/support/built-command.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { compare, type Figure, figure, median, quantile } from "./figure.ts";

const ROUNDS = 7;
const EXECUTIONS = 50;
const CALLS = 300;
const STEP_MS = 100;

/**
 * Milliseconds from the start of `tutti serve` to the answer of its first tool over HTTP, against the same for the bare SDK;
 * and what a simple tool (`get_workflow`) takes while 50 executions run, in the slowest of a hundred calls, against an idle bare server.
 */
export async function measureServing(): Promise<readonly Figure[]> {
  const firstAnswer = await compare({ name: "serving-first-answer", unit: "ms", rounds: ROUNDS, value: serveMs, floor: bareMs });
  return [firstAnswer, await measureTool()];
}

async function serveMs(): Promise<number> {
  using directory = temporaryDirectory();
  const startMs = performance.now();
  await using server = await startServe(directory.path);
  await using client = await connect(server.url);
  await client.call("list_workflows", {});
  return performance.now() - startMs;
}

async function bareMs(): Promise<number> {
  const startMs = performance.now();
  await using server = await startBare();
  await using client = await connect(server.url);
  await client.call("nothing", {});
  return performance.now() - startMs;
}

async function measureTool(): Promise<Figure> {
  using directory = temporaryDirectory();
  const sleeping = { command: process.execPath, args: [inRepository("bench/sleeping-server.ts")], max_concurrent_calls: EXECUTIONS };
  writeFileSync(join(directory.path, "tutti.yaml"), JSON.stringify({ servers: { s: sleeping }, serve: { rate: "100000/s" } }));
  await using server = await startServe(directory.path);
  await using bare = await startBare();
  await using client = await connect(server.url);
  await using floor = await connect(bare.url);
  const steps = Array.from({ length: 40 }, (_, place) => ({
    id: `t${place}`,
    tool: "s.sleep",
    with: { ms: STEP_MS },
    ...(place === 0 ? {} : { dependencies: [`t${place - 1}`] }),
  }));
  await client.call("create_workflow", { workflow_id: "busy", steps });
  const [values, floors]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let count = 0; count < EXECUTIONS; count += 1) await client.call("execute_workflow", { workflow_id: "busy" });
    const [taken, least]: [number[], number[]] = [[], []];
    for (let call = 0; call < CALLS; call += 1) {
      taken.push(await timed(() => client.call("get_workflow", { workflow_id: "busy" })));
      least.push(await timed(() => floor.call("nothing", {})));
    }
    values.push(quantile(taken, 0.99));
    floors.push(quantile(least, 0.99));
  }
  return figure({ name: "serving-simple-tool-p99", unit: "ms", rounds: ROUNDS, value: median(values), floor: median(floors) });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

interface BenchClient extends AsyncDisposable {
  call(name: string, given: Readonly<Record<string, unknown>>): Promise<void>;
}

async function connect(url: string): Promise<BenchClient> {
  const client = new Client({ name: "bench", version: "0" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return {
    async call(name, given) {
      const { isError, content } = await client.callTool({ name, arguments: given });
      if (isError === true) throw new Error(`${name}: ${JSON.stringify(content)}`);
    },
    [Symbol.asyncDispose]: async () => await client.close(),
  };
}

interface Started extends AsyncDisposable {
  readonly url: string;
}

async function startServe(folder: string): Promise<Started> {
  const child = spawn(process.execPath, [COMMAND, "serve", "--port", "0", "--json"], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  const { url } = JSON.parse(await firstOutput(child)) as { readonly url: string };
  return { url: `${url}/mcp`, [Symbol.asyncDispose]: async () => await end(child) };
}

async function startBare(): Promise<Started> {
  const child = spawn(process.execPath, [inRepository("bench/bare-mcp-server.ts")], { stdio: ["ignore", "pipe", "ignore"] });
  return { url: (await firstOutput(child)).trim(), [Symbol.asyncDispose]: async () => await end(child) };
}

async function firstOutput(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("it has no output");
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return chunk.toString();
}

async function end(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "close");
}
