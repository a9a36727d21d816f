import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { assert, unreachable } from "../../src/base/assert.ts";
import { defined } from "../../src/base/defined.ts";
import { getServerStats, isTuttiError, listEvents, openTutti, resolveExecution, resumeExecution } from "../../src/index.ts";
import type { Sample, StormNews, StormOrder, StormSettings } from "./storm-messages.ts";
import { callLoadOf, tallyOf } from "./storm-tally.ts";

/*
 * A Tutti as a program embeds it, in a process of its own that may be killed at any moment: `storm-tutti.ts SETTINGS`.
 * It takes up what an earlier one has left, and then does what it is sent.
 */

const settings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as StormSettings;
const endless = new AbortController().signal;
// What is only made when it is first used, or only counts when somebody listens: none of it is a leak of Tutti's.
void [process.stdout, process.stderr];
process.channel?.ref();
const before = activeResources();
const tutti = await openTutti(settings);
process.on("message", (order: StormOrder) => void obey(order));
// Whoever has started this one has gone: so does this one, as hard as it would be killed.
process.on("disconnect", () => void (closed || process.kill(process.pid, "SIGKILL")));
let closed = false;
tell({ type: "ready", resumed: (await tutti.resumeInterrupted()).length });

async function obey(order: StormOrder): Promise<void> {
  switch (order.type) {
    case "run":
      return await run(order);
    case "follow":
      return await follow(order.index, order.executionId);
    case "resolve":
      return await resolve(order);
    case "sample":
      return tell({ type: "sample", sample: await sample() });
    case "close":
      return await close();
    default:
      return unreachable(order);
  }
}

async function run({ index, workflow, inputs }: StormOrder & { readonly type: "run" }): Promise<void> {
  try {
    const { executionId } = await tutti.execute({ workflow, inputs, requestKey: `storm-${index}` });
    await follow(index, executionId);
  } catch (error) {
    if (!isTuttiError(error)) throw error;
    tell({ type: "refused", index, message: `${error.code}: ${error.message} ${JSON.stringify(error.details)}` });
  }
}

async function follow(index: number, executionId: string): Promise<void> {
  let view = await tutti.wait(executionId);
  while (view.outcome === undefined && !view.needsPerson) {
    await tutti.operations.call(resumeExecution, { executionId, liftPause: false }, { signal: endless });
    view = await tutti.wait(executionId);
  }
  const { events } = await tutti.operations.call(listEvents, { executionId }, { signal: endless });
  tell({ type: "stopped", index, view, tally: tallyOf(events) });
}

async function resolve({ index, executionId, step, item, verdict, output }: StormOrder & { readonly type: "resolve" }): Promise<void> {
  const said = { executionId, step, verdict, ...defined({ item, output }) };
  try {
    await tutti.operations.call(resolveExecution, said, { signal: endless });
  } catch (error) {
    // It is no longer in doubt: it was said before the process that was told so was killed.
    if (!isTuttiError(error)) throw error;
  }
  await follow(index, executionId);
}

async function close(): Promise<void> {
  await tutti[Symbol.asyncDispose]();
  closed = true;
  // What was closed goes when the system says so, a few turns later.
  for (let look = 0; look < 50 && leftOver(activeResources(), before).length > 0; look += 1) await pause(20);
  tell({ type: "closed", left: leftOver(activeResources(), before) });
  // Nothing ends this process: if anything is left that keeps it alive, it stays, and that is seen.
  process.disconnect();
}

function tell(news: StormNews): void {
  process.send?.(news);
}

async function sample(): Promise<Sample> {
  const { servers } = await tutti.operations.call(getServerStats, {}, { signal: endless });
  assert(globalThis.gc !== undefined, "it is started with --expose-gc");
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    atMs: performance.now(),
    rssMb: mb(rss),
    heapMb: mb(heapUsed),
    outsideHeapMb: mb(external),
    open: openFiles(),
    active: activeResources(),
    calls: callLoadOf(servers),
  };
}

function mb(bytes: number): number {
  return Math.round(bytes / 2 ** 20 / 0.01) * 0.01;
}

function activeResources(): Readonly<Record<string, number>> {
  return counted(process.getActiveResourcesInfo());
}

function openFiles(): Readonly<Record<string, number>> {
  return counted(readdirSync("/proc/self/fd").map(kindOfFile));
}

function kindOfFile(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
      .replace(/:?\[.*\]$/, "")
      .replace(/^\/.*/, "file");
  } catch {
    return "gone";
  }
}

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function leftOver(now: Readonly<Record<string, number>>, then: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(now).flatMap(([name, count]) => (count > (then[name] ?? 0) ? [`${count - (then[name] ?? 0)} ${name}`] : []));
}
