import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { GET, httpCaller, mcpCaller, STATUS } from "./served-caller.ts";
import { ServedLife } from "./served-life.ts";
import { ServedWatcher } from "./served-watcher.ts";
import { emptyBooks, work } from "./served-worker.ts";
import type { ServedBooks } from "./served-worker.ts";

/** What a run has shown. */
export interface ServedKills {
  readonly kills: number;
  readonly created: number;
  readonly executed: number;
  readonly unanswered: number;
  /** Everything that is wrong; empty for a good run. */
  readonly faults: readonly string[];
}

const WORKERS = 8;
const WATCHERS = 4;
const ENDS_WITHIN_MS = 60_000;

/**
 * Kills a serving process again and again while workers create and execute workflows over HTTP and MCP and watchers follow
 * the news; then compares what was acknowledged with what is there.
 *
 * @param random - gives numbers in [0, 1), so that a run can be repeated, as far as processes can
 */
export async function servedKills(kills: number, random: () => number): Promise<ServedKills> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-served-"));
  try {
    return await killIn(folder, kills, random);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killIn(folder: string, kills: number, random: () => number): Promise<ServedKills> {
  await using life = await ServedLife.begin(folder);
  await using watchers = new AsyncDisposableStack();
  const watching = Array.from({ length: WATCHERS }, () => watchers.use(new ServedWatcher(life.url)));
  const books = emptyBooks();
  const stop = new AbortController();
  const working = Promise.all(
    Array.from({ length: WORKERS }, async (_, index) => {
      await using caller = index % 2 === 0 ? httpCaller(life.url) : mcpCaller(life.url);
      await work(`w${index}`, { caller, books, random }, stop.signal);
    }),
  );
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(200 + random() * 1_800);
    await life.kill();
    noteFaults(life.log, books);
    await life.start();
  }
  await pause(500);
  stop.abort();
  await working;
  await checkBooks(life.url, books);
  await checkWatchers(watching, books);
  checkLedger(join(folder, "ledger.jsonl"), books);
  noteFaults(life.log, books);
  const { created, executions, unanswered, faults } = books;
  return { kills, created: created.size, executed: executions.size, unanswered, faults };
}

/** An error in the log is a bug: nobody has asked for anything that cannot be. */
function noteFaults(log: string, books: ServedBooks): void {
  for (const line of log.split("\n")) if (line.includes('"level":"error"') || line.includes("bug")) books.faults.push(line);
}

/** Everything that was acknowledged is there, and comes to its end. */
async function checkBooks(url: string, { created, executions, faults }: ServedBooks): Promise<void> {
  await using caller = httpCaller(url);
  for (const id of created) {
    const answer = await caller.call(GET, { workflow_id: id }, AbortSignal.timeout(10_000));
    if (answer.kind === "refusal") faults.push(`${id} was acknowledged and is lost: ${answer.text}`);
  }
  const endMs = Date.now() + ENDS_WITHIN_MS;
  for (const [id, executionId] of executions) {
    let status = "";
    while (status !== "completed" && Date.now() < endMs) {
      const answer = await caller.call(STATUS, { execution_id: executionId }, AbortSignal.timeout(10_000));
      status = answer.kind === "answer" ? String(answer.document["status"]) : answer.text;
      if (status !== "completed") await pause(50);
    }
    if (status !== "completed") faults.push(`the execution ${executionId} of ${id} is ${status}`);
  }
}

/** Each watcher was told the end of every execution. */
async function checkWatchers(watchers: readonly ServedWatcher[], { executions, faults }: ServedBooks): Promise<void> {
  const endMs = Date.now() + 10_000;
  for (const watcher of watchers) {
    const missing = (): readonly string[] => [...executions.values()].filter((id) => watcher.statuses.get(id) !== "completed");
    while (missing().length > 0 && Date.now() < endMs) await pause(50);
    for (const id of missing()) faults.push(`a watcher was told last that ${id} is ${watcher.statuses.get(id) ?? "not there"}`);
    faults.push(...watcher.faults);
  }
}

/** Nothing was done twice that must not be, and everything that was executed was done. */
function checkLedger(file: string, { executions, faults }: ServedBooks): void {
  const lines = readFileSync(file, "utf8").split("\n");
  const entries = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as { readonly tool: string; readonly call: string });
  const acts = new Map<string, number>();
  for (const { tool, call } of entries) if (tool === "act") acts.set(call, (acts.get(call) ?? 0) + 1);
  for (const [call, times] of acts) if (times > 1) faults.push(`${call} was done ${times} times`);
  for (const id of executions.keys()) {
    if (!acts.has(`act_${id.replaceAll("-", "_")}`)) faults.push(`what ${id} should do was never done`);
  }
}
