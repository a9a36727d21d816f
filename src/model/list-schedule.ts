import type { Ms } from "../base/duration.ts";
import { Heap } from "../base/heap.ts";
import { amountsOf, type TaskClaim } from "./step-claim.ts";
import type { ServerCapacity } from "./tool.ts";

/** Something that takes a known time, as soon as what it needs has ended and its server has room for it. */
export interface Task {
  /** Places in the list of tasks. */
  readonly needs: readonly number[];
  readonly durationMs: Ms;
  /** The longest chain that begins with it, itself included. Of those that wait for a server, the longest goes first. */
  readonly remainingMs: Ms;
  /** Absent where no server is asked. */
  readonly claim?: TaskClaim;
}

/**
 * How long all tasks take together when everything begins as soon as it can: what servers can do at once is respected,
 * and of what waits the most urgent goes first. Nobody knows the shortest possible time of such a graph in less than
 * exponential time; this one is never more than a little longer. O(n log n).
 *
 * Replicas of a server are one pool, so it takes no account of what does not fit on any single one of them at the moment.
 */
export function listScheduleMs(tasks: readonly Task[], capacities: Readonly<Record<string, ServerCapacity>>): Ms {
  const run = newRun(tasks, capacities);
  for (const [place, count] of run.unmet.entries()) if (count === 0) makeReady(run, place);
  for (;;) {
    for (const pool of run.changed) pool.admit((waiting) => begin(run, waiting));
    run.changed.clear();
    const atMs = run.ends.peek()?.atMs;
    if (atMs === undefined) return run.nowMs;
    run.nowMs = atMs;
    for (let end = run.ends.peek(); end?.atMs === atMs; end = run.ends.peek()) {
      run.ends.pop();
      finish(run, end);
    }
  }
}

interface Run {
  readonly tasks: readonly Task[];
  readonly dependents: readonly (readonly number[])[];
  readonly unmet: number[];
  readonly pools: ReadonlyMap<string, Pool>;
  /** Where somebody may begin who could not before. */
  readonly changed: Set<Pool>;
  readonly ends: Heap<TaskEnd>;
  nowMs: Ms;
}

function newRun(tasks: readonly Task[], capacities: Readonly<Record<string, ServerCapacity>>): Run {
  const dependents: number[][] = tasks.map(() => []);
  for (const [place, { needs }] of tasks.entries()) for (const need of needs) dependents[need]?.push(place);
  return {
    tasks,
    dependents,
    unmet: tasks.map(({ needs }) => needs.length),
    pools: new Map(Object.entries(capacities).map(([server, capacity]) => [server, new Pool(capacity)])),
    changed: new Set(),
    ends: new Heap((left, right) => left.atMs < right.atMs),
    nowMs: 0,
  };
}

function makeReady(run: Run, place: number): void {
  const task = run.tasks[place];
  if (task === undefined) return;
  const pool = task.claim === undefined ? undefined : run.pools.get(task.claim.server);
  if (pool === undefined) return begin(run, { place, task });
  pool.queue(place, task);
  run.changed.add(pool);
}

function begin(run: Run, waiting: WaitingTask): void {
  run.ends.push({ ...waiting, atMs: run.nowMs + waiting.task.durationMs });
}

function finish(run: Run, { place, held }: TaskEnd): void {
  if (held !== undefined) {
    held.pool.release(held);
    run.changed.add(held.pool);
  }
  for (const dependent of run.dependents[place] ?? []) {
    const left = (run.unmet[dependent] ?? 0) - 1;
    run.unmet[dependent] = left;
    if (left === 0) makeReady(run, dependent);
  }
}

interface WaitingTask {
  readonly place: number;
  readonly task: Task;
  readonly held?: Held;
}

/** What a task occupies of a pool. */
interface Held {
  readonly pool: Pool;
  readonly calls: number;
  readonly amounts: readonly (readonly [name: string, amount: number])[];
}

interface TaskEnd extends WaitingTask {
  readonly atMs: Ms;
}

const NOTHING: Held["amounts"] = [];

/** The places and resources of one server, and who waits for them. */
class Pool {
  readonly #capacity: ServerCapacity;
  #calls: number;
  readonly #free: Map<string, number>;
  /** Those that want nothing but places may pass those that wait for resources. */
  readonly #plain = new Heap<WaitingTask & { readonly held: Held }>(isBefore);
  readonly #claiming = new Heap<WaitingTask & { readonly held: Held }>(isBefore);

  constructor(capacity: ServerCapacity) {
    this.#capacity = capacity;
    this.#calls = capacity.calls;
    this.#free = new Map(amountsOf(capacity.resources));
  }

  /** A task that wants more than there is gets everything: that it can never run is for others to say. */
  queue(place: number, task: Task): void {
    const calls = Math.min(task.claim?.calls ?? 0, this.#capacity.calls);
    const amounts = this.#amounts(task);
    (amounts.length === 0 ? this.#plain : this.#claiming).push({ place, task, held: { pool: this, calls, amounts } });
  }

  /** Starts what fits now, in the order of its urgency. */
  admit(start: (waiting: WaitingTask) => void): void {
    for (let next = this.#next()?.pop(); next !== undefined; next = this.#next()?.pop()) {
      this.#take(next.held, 1);
      start(next);
    }
  }

  release(held: Held): void {
    this.#take(held, -1);
  }

  /** The queue whose first task may begin. */
  #next(): Heap<WaitingTask & { readonly held: Held }> | undefined {
    if (this.#calls === 0) return undefined;
    const [plain, claiming] = [this.#plain.peek(), this.#claiming.peek()];
    const first = claiming !== undefined && (plain === undefined || isBefore(claiming, plain)) ? claiming : plain;
    if (first === undefined || first.held.calls > this.#calls) return undefined;
    if (first === plain) return this.#plain;
    if (first.held.amounts.every(([name, amount]) => isAtMost(amount, this.#free.get(name) ?? 0))) return this.#claiming;
    return plain !== undefined && plain.held.calls <= this.#calls ? this.#plain : undefined;
  }

  #take({ calls, amounts }: Held, sign: 1 | -1): void {
    this.#calls -= sign * calls;
    for (const [name, amount] of amounts) this.#free.set(name, (this.#free.get(name) ?? 0) - sign * amount);
  }

  #amounts({ claim }: Task): Held["amounts"] {
    if (claim?.resources === undefined) return NOTHING;
    return amountsOf(claim.resources).flatMap(([name, amount]) => {
      const most = this.#capacity.resources[name];
      return most === undefined ? [] : [[name, Math.min(amount, most)] as const];
    });
  }
}

/** Sums of fractions, as of processor cores, are not exact. */
function isAtMost(amount: number, free: number): boolean {
  return amount - free <= amount * 1e-9;
}

function isBefore(left: WaitingTask, right: WaitingTask): boolean {
  const [leftMs, rightMs] = [left.task.remainingMs, right.task.remainingMs];
  return leftMs > rightMs || (leftMs === rightMs && left.place < right.place);
}
