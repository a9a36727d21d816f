import { setImmediate as nextTurn } from "node:timers/promises";
import { assert, present } from "../../src/base/assert.ts";
import { TuttiError } from "../../src/model/errors.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import type { ExecutionSummary } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { ExecutionPage, Journal, ListQuery, NewExecution } from "../../src/ports/journal.ts";
import { type ListedState, outcomeOf, stateAfter, statusOf, statesWith } from "../../src/sqlite/listed-state.ts";

interface Kept {
  readonly executionId: string;
  readonly workflowId: string;
  readonly planHash: string;
  readonly parentId?: string;
  readonly requestKey?: string;
  readonly tenant?: string;
  /** As JSON, so that what is read is what a real journal would give: a copy, without members that are undefined. */
  readonly events: string[];
  state: ListedState;
  updatedAtMs: number;
  endedAtMs?: number;
  readonly startedAtMs: number;
}

/** A journal in memory. It outlives the engines that use it, as a file does. */
export class MemoryJournal implements Journal {
  /** In the order of their creation. */
  readonly #executions = new Map<string, Kept>();
  readonly #plans = new Map<string, string>();

  async create(start: NewExecution): Promise<{ readonly executionId: string; readonly created: boolean }> {
    const created = this.#create(start);
    await nextTurn();
    return created;
  }

  async append(executionId: string, events: readonly ExecutionEvent[]): Promise<void> {
    if (events.length === 0) return;
    const kept = this.#executions.get(executionId);
    assert(kept !== undefined, `there is no execution "${executionId}" to append to`);
    for (const event of events) {
      assert(event.seq === kept.events.length + 1, `the event ${event.seq} of "${executionId}" follows ${kept.events.length}`);
      kept.events.push(JSON.stringify(event));
      kept.state = stateAfter(kept.state, event);
      kept.updatedAtMs = event.atMs;
      if (event.type === "execution-ended") kept.endedAtMs ??= event.atMs;
    }
    await nextTurn();
  }

  async read(executionId: string, afterSeq = 0): Promise<readonly ExecutionEvent[]> {
    const texts = this.#executions.get(executionId)?.events.slice(afterSeq) ?? [];
    return texts.map((text) => JSON.parse(text) as ExecutionEvent);
  }

  async plan(planHash: string): Promise<Plan | undefined> {
    const text = this.#plans.get(planHash);
    return text === undefined ? undefined : (JSON.parse(text) as Plan);
  }

  async list(query: ListQuery): Promise<ExecutionPage> {
    assert(query.limit >= 1 && query.limit <= 1_000, `a page has 1 to 1,000 executions, not ${query.limit}`);
    const { tenant } = query;
    const newestFirst = [...this.#executions.values()].reverse().filter((kept) => tenant === undefined || kept.tenant === tenant);
    const from = query.cursor === undefined ? 0 : newestFirst.findIndex((kept) => kept.executionId === query.cursor) + 1;
    if (query.cursor !== undefined && from === 0) {
      const problem = `the cursor "${query.cursor}" is not one that a list has given, or its execution has gone: list from the beginning`;
      throw new TuttiError("input.invalid", problem, { problems: [problem] });
    }
    const states = statesWith(query.status, query.outcome);
    const matching = newestFirst.slice(from).filter((kept) => {
      if (query.workflowId !== undefined && kept.workflowId !== query.workflowId) return false;
      return states.includes(kept.state) && (query.rootsOnly !== true || kept.parentId === undefined);
    });
    const executions = matching.slice(0, query.limit).map(toSummary);
    const last = executions.at(-1);
    return { executions, ...(last !== undefined && matching.length > executions.length && { nextCursor: last.executionId }) };
  }

  async unfinished(): Promise<readonly string[]> {
    return [...this.#executions.values()].filter((kept) => outcomeOf(kept.state) === undefined).map((kept) => kept.executionId);
  }

  async find(prefix: string, tenant?: string): Promise<readonly string[]> {
    const visible = [...this.#executions.values()].filter((kept) => tenant === undefined || kept.tenant === tenant);
    const ids = visible.map((kept) => kept.executionId).filter((id) => id.startsWith(prefix));
    if (ids.includes(prefix)) return [prefix];
    return ids.sort().slice(0, 10);
  }

  async summary(executionId: string): Promise<ExecutionSummary | undefined> {
    const kept = this.#executions.get(executionId);
    return kept === undefined ? undefined : toSummary(kept);
  }

  async prune(endedBeforeMs: number): Promise<{ readonly executions: number; readonly bytes: number }> {
    let executions = 0;
    let bytes = 0;
    for (const root of this.#executions.values()) {
      if (root.parentId !== undefined || root.endedAtMs === undefined || root.endedAtMs >= endedBeforeMs) continue;
      const tree = this.#treeOf(root);
      if (tree.some((kept) => kept.endedAtMs === undefined)) continue;
      for (const kept of tree) {
        this.#executions.delete(kept.executionId);
        executions += 1;
        for (const text of kept.events) bytes += text.length;
      }
    }
    return { executions, bytes: bytes + this.#dropUnusedPlans() };
  }

  #create(start: NewExecution): { readonly executionId: string; readonly created: boolean } {
    const { executionId, requestKey, event } = start;
    const first = requestKey === undefined ? undefined : this.#executions.values().find((kept) => kept.requestKey === requestKey);
    if (first !== undefined) return { executionId: first.executionId, created: false };
    if (this.#executions.has(executionId)) return { executionId, created: false };
    assert(event.seq === 1, "an execution begins with the event 1");
    if (event.parent !== undefined) present(this.#executions.get(event.parent.executionId), "a child begins after its parent");
    if (!this.#plans.has(event.planHash)) this.#plans.set(event.planHash, JSON.stringify(start.plan));
    this.#executions.set(executionId, {
      executionId,
      workflowId: event.workflowId,
      planHash: event.planHash,
      ...(event.parent !== undefined && { parentId: event.parent.executionId }),
      ...(requestKey !== undefined && { requestKey }),
      ...(event.meta?.tenant !== undefined && { tenant: event.meta.tenant }),
      events: [JSON.stringify(event)],
      state: "executing",
      startedAtMs: event.atMs,
      updatedAtMs: event.atMs,
    });
    return { executionId, created: true };
  }

  #treeOf(root: Kept): readonly Kept[] {
    const ids = new Set([root.executionId]);
    // Children come after their parent.
    return [...this.#executions.values()].filter((kept) => {
      if (kept.parentId !== undefined && ids.has(kept.parentId)) ids.add(kept.executionId);
      return ids.has(kept.executionId);
    });
  }

  #dropUnusedPlans(): number {
    const used = new Set([...this.#executions.values()].map((kept) => kept.planHash));
    let bytes = 0;
    for (const [hash, text] of this.#plans) {
      if (used.has(hash)) continue;
      this.#plans.delete(hash);
      bytes += text.length;
    }
    return bytes;
  }
}

function toSummary(kept: Kept): ExecutionSummary {
  const outcome = outcomeOf(kept.state);
  return {
    executionId: kept.executionId,
    workflowId: kept.workflowId,
    status: statusOf(kept.state),
    ...(outcome !== undefined && { outcome }),
    startedAtMs: kept.startedAtMs,
    updatedAtMs: kept.updatedAtMs,
    ...(kept.endedAtMs !== undefined && { endedAtMs: kept.endedAtMs }),
    ...(kept.parentId !== undefined && { parentId: kept.parentId }),
    ...(kept.tenant !== undefined && { tenant: kept.tenant }),
  };
}
