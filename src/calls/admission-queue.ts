import { present } from "../base/assert.ts";
import { IndexedHeap } from "../base/indexed-heap.ts";
import type { Claim } from "./claim.ts";

/** A claim that could not be admitted at once. */
export interface Waiting {
  readonly claim: Claim;
  /** Smaller is earlier. */
  readonly arrival: number;
}

/**
 * All claims that wait, in the order in which they are to be considered.
 *
 * 1. The executions that wait for a server have their turns one after the other: whoever was admitted goes to the end.
 *    One of a higher priority passes as many turns of others, a hundred for each step; so nobody waits for ever.
 * 2. Within an execution, the claim with the longest rest goes first, then the one that came first.
 * 3. A claim that was passed by another one of its own execution keeps its turn, or a stream of small claims would let
 *    the whole world pass a large one.
 * 4. Claims of one server that use the same counters are a shape. Of each shape only the first claim can be the next,
 *    because those behind it may not pass it; so whoever looks for the next one looks at shapes, not at claims.
 *
 * Adding, removing and advancing take O(log n) for n claims.
 */
export class AdmissionQueue<W extends Waiting> {
  readonly #shapes = new Map<string, Shape<W>>();
  readonly #servers = new Map<string, Set<Shape<W>>>();
  /** By server and execution. */
  readonly #turns = new Map<string, Map<string, Turn<W>>>();
  readonly #lines = new Map<W, Line<W>>();
  #lastTurn = 0;
  #leased = 0;

  get size(): number {
    return this.#lines.size;
  }

  /** Whether claims on what servers share wait: at this server, or at any. */
  anyLeased(server?: string): boolean {
    if (server === undefined) return this.#leased > 0;
    return this.#leased > 0 && [...this.shapes(server)].some(({ leased }) => leased);
  }

  /** Those at which anybody waits, of one server or of all. */
  shapes(server?: string): Iterable<Shape<W>> {
    return server === undefined ? this.#shapes.values() : (this.#servers.get(server) ?? []);
  }

  waitsFor(server: string): boolean {
    return this.#servers.has(server);
  }

  /** @param connections - of the replicas that could ever satisfy it */
  add(waiting: W, connections: readonly string[]): void {
    const shape = this.#shapeOf(waiting.claim, connections);
    const turn = this.#turnOf(waiting.claim);
    let line = shape.lines.get(turn);
    if (line === undefined) {
      line = { shape, turn, at: turn.at, claims: new IndexedHeap<W>(goesBefore) };
      line.claims.push(waiting);
      shape.lines.set(turn, line);
      turn.lines.add(line);
      shape.order.push(line);
    } else line.claims.push(waiting);
    this.#lines.set(waiting, line);
    turn.size += 1;
  }

  remove(waiting: W): void {
    const line = this.#lines.get(waiting);
    if (line === undefined) return;
    const { shape, turn } = line;
    this.#lines.delete(waiting);
    line.claims.remove(waiting);
    turn.size -= 1;
    if (line.claims.size === 0) {
      shape.order.remove(line);
      shape.lines.delete(turn);
      turn.lines.delete(line);
    }
    if (turn.size === 0) deleteIn(this.#turns, waiting.claim.server, waiting.claim.executionId);
    if (shape.order.size === 0) this.#forget(shape);
  }

  /** Lets a claim wait for other replicas, with the same turn. */
  move(waiting: W, connections: readonly string[]): void {
    const line = this.#lines.get(waiting);
    if (line === undefined || this.#shapeOf(waiting.claim, connections) === line.shape) return;
    const { turn, at } = line;
    turn.size += 1; // Keeps the turn, which would end with the last claim of the execution.
    this.remove(waiting);
    this.add(waiting, connections);
    turn.size -= 1;
    const moved = present(this.#lines.get(waiting), "it has just been added");
    moved.at = Math.min(moved.at, at);
    moved.shape.order.moved(moved);
  }

  /** Takes out a claim that was admitted, the first of its shape; its execution goes to the end. */
  admit(waiting: W): void {
    const line = this.#lines.get(waiting);
    if (line === undefined) return;
    const { turn } = line;
    const admitted = headOfLine(line);
    this.#lastTurn += 1;
    turn.at = placeOf(this.#lastTurn, waiting.claim);
    for (const other of turn.lines) {
      if (other !== line && isAhead(headOfLine(other), admitted)) continue; // (3)
      other.at = turn.at;
      other.shape.order.moved(other);
    }
    this.remove(waiting);
  }

  /** All claims that wait for a server now. */
  of(server: string): readonly W[] {
    return Array.from(this.shapes(server)).flatMap(({ order }) => Array.from(order.values()).flatMap(({ claims }) => [...claims.values()]));
  }

  #shapeOf({ server, resources, leases }: Claim, connections: readonly string[]): Shape<W> {
    const names = resources.map(({ name }) => name).sort();
    const key = JSON.stringify([server, connections, names, leases.map(({ name }) => name).sort()]);
    const kept = this.#shapes.get(key);
    if (kept !== undefined) return kept;
    const order = new IndexedHeap<Line<W>>((left, right) => left.at < right.at);
    const lines = new Map<Turn<W>, Line<W>>();
    const shape = { key, server, connections, resources: names, leased: leases.length > 0, order, lines };
    this.#shapes.set(key, shape);
    const shapes = this.#servers.get(server) ?? new Set();
    this.#servers.set(server, shapes.add(shape));
    if (shape.leased) this.#leased += 1;
    return shape;
  }

  #forget(shape: Shape<W>): void {
    this.#shapes.delete(shape.key);
    const shapes = this.#servers.get(shape.server);
    shapes?.delete(shape);
    if (shapes?.size === 0) this.#servers.delete(shape.server);
    if (shape.leased) this.#leased -= 1;
  }

  /** Whoever comes anew comes last. */
  #turnOf(claim: Claim): Turn<W> {
    const { server, executionId } = claim;
    const turns = this.#turns.get(server) ?? new Map<string, Turn<W>>();
    this.#turns.set(server, turns);
    const kept = turns.get(executionId);
    if (kept !== undefined) return kept;
    this.#lastTurn += 1;
    const turn = { at: placeOf(this.#lastTurn, claim), size: 0, lines: new Set<Line<W>>() };
    turns.set(executionId, turn);
    return turn;
  }
}

const PRIORITY = 5;
const TURNS_PASSED = 100;

/** Where a turn is in the order (1). The fraction keeps those of different priorities apart, so that none are at one place. */
function placeOf(turn: number, { priority = PRIORITY }: Claim): number {
  return turn - (priority - PRIORITY) * TURNS_PASSED + priority / 100;
}

/** The claims of one server that use the same counters. */
export interface Shape<W extends Waiting> {
  readonly key: string;
  readonly server: string;
  readonly connections: readonly string[];
  /** Names. */
  readonly resources: readonly string[];
  /** They claim some of what servers share. */
  readonly leased: boolean;
  readonly order: IndexedHeap<Line<W>>;
  readonly lines: Map<Turn<W>, Line<W>>;
}

/** When an execution is next at a server: the smallest is the first. */
interface Turn<W extends Waiting> {
  at: number;
  /** How many of its claims wait there. */
  size: number;
  readonly lines: Set<Line<W>>;
}

/** The claims of one execution that have one shape. */
interface Line<W extends Waiting> {
  readonly shape: Shape<W>;
  readonly turn: Turn<W>;
  at: number;
  readonly claims: IndexedHeap<W>;
}

/** The first claim of a shape, and its turn. */
export interface Head<W extends Waiting> {
  readonly at: number;
  readonly waiting: W;
}

/** Of a shape at which somebody waits, as all shapes are. */
export function headOf<W extends Waiting>({ order }: Shape<W>): Head<W> {
  return headOfLine(present(order.peek(), "a shape at which nobody waits is forgotten"));
}

export function isAhead(left: Head<Waiting>, right: Head<Waiting>): boolean {
  return left.at === right.at ? goesBefore(left.waiting, right.waiting) : left.at < right.at;
}

function headOfLine<W extends Waiting>({ at, claims }: Line<W>): Head<W> {
  return { at, waiting: present(claims.peek(), "a line in which nobody waits is forgotten") };
}

function goesBefore(left: Waiting, right: Waiting): boolean {
  const [leftMs, rightMs] = [left.claim.remainingMs, right.claim.remainingMs];
  return leftMs === rightMs ? left.arrival < right.arrival : leftMs > rightMs;
}

function deleteIn<V>(maps: Map<string, Map<string, V>>, outer: string, inner: string): void {
  const map = maps.get(outer);
  map?.delete(inner);
  if (map?.size === 0) maps.delete(outer);
}
