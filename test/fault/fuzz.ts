import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FuzzedWire } from "./fuzzed-wires.ts";
import { apiOverHttp, mcpOverHttp, mcpOverStdio, mcpOverWebSocket } from "./fuzzed-wires.ts";
import { seededRandom } from "./seeded-random.ts";
import { CREATE, GET, httpCaller, mcpCaller } from "./served-caller.ts";
import type { ServedCaller } from "./served-caller.ts";
import { ServedLife } from "./served-life.ts";

/** What a run has shown. */
export interface Fuzzed {
  readonly sent: number;
  /** How long the slowest request of somebody who means well took meanwhile. */
  readonly slowestMs: number;
  /** Of the serving process, between the first third and the end. */
  readonly grownMb: number;
  readonly faults: readonly string[];
}

const SENDERS = 8;
const GROWS_AT_MOST_MB = 150;
const ANSWERS_WITHIN_MS = 5_000;

/** Sends so much nonsense over each wire, and sees that nothing comes of it, and that others are answered meanwhile. */
export async function fuzz(countEach: number, seed: number): Promise<Fuzzed> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-fuzz-"));
  try {
    return await fuzzIn(folder, countEach, seed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fuzzIn(folder: string, countEach: number, seed: number): Promise<Fuzzed> {
  await using life = await ServedLife.begin(folder);
  const faults: string[] = [];
  const stop = new AbortController();
  const wellMeant = Promise.all([
    ask(httpCaller(life.url), "http", stop.signal, faults),
    ask(mcpCaller(life.url), "mcp", stop.signal, faults),
  ]);
  const before = life.pid;
  let sent = 0;
  let memoryMb = 0;
  for (const open of [mcpOverHttp, apiOverHttp, mcpOverWebSocket, () => mcpOverStdio(folder)]) {
    await using wire: FuzzedWire = open(life.url);
    await Promise.all(
      Array.from({ length: SENDERS }, async (_, sender) => {
        const random = seededRandom(seed + sender);
        for (let count = 0; count < countEach / SENDERS && faults.length < 20; count += 1) {
          const fault = await wire.send(random);
          if (fault !== undefined) faults.push(fault);
          sent += 1;
        }
      }),
    );
    // What the first wire has made it load and keep is no leak.
    if (memoryMb === 0) memoryMb = residentMb(life.pid);
  }
  await pause(500);
  const grownMb = residentMb(life.pid) - memoryMb;
  stop.abort();
  const slowestMs = Math.max(...(await wellMeant));
  if (life.pid !== before || !life.runs) faults.push("the serving process has ended");
  if (grownMb > GROWS_AT_MOST_MB) faults.push(`it has grown by ${grownMb} MB`);
  if (slowestMs > ANSWERS_WITHIN_MS) faults.push(`a request of somebody who means well took ${slowestMs} ms`);
  for (const line of life.log.split("\n")) if (line.includes('"level":"error"')) faults.push(line.slice(0, 1_000));
  return { sent, slowestMs: Math.round(slowestMs), grownMb, faults };
}

/** What somebody asks who means well; gives how long the slowest answer took. */
async function ask(caller: ServedCaller, name: string, signal: AbortSignal, faults: string[]): Promise<number> {
  await using asking = caller;
  let slowestMs = 0;
  const id = `kept-${name}`;
  await asking.call(CREATE, { workflow_id: id, steps: [{ id: "a", value: 1 }] }, AbortSignal.timeout(10_000));
  while (!signal.aborted) {
    const startMs = performance.now();
    try {
      const answer = await asking.call(GET, { workflow_id: id }, AbortSignal.timeout(20_000));
      if (answer.kind === "refusal") faults.push(`${name}: ${answer.text}`);
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message}`);
    }
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
    await pause(50);
  }
  return slowestMs;
}

function residentMb(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1_024);
}
