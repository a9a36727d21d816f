import { defined } from "../base/defined.ts";
import { Heap } from "../base/heap.ts";
import { machineOf } from "../model/replica.ts";
import { AdmissionBooks, type AdmissionBooksOptions, type ReplicaBook } from "./admission-books.ts";
import type { Counter, CounterReading } from "./admission-counter.ts";
import { AdmissionQueue, type Head, headOf, isAhead, type Shape, type Waiting } from "./admission-queue.ts";
import type { Claim } from "./claim.ts";
import { whyImpossible } from "./impossible-claim.ts";

/** What a call holds. Disposing gives it back, once. */
export interface Reservation extends Disposable {
  readonly connection: string;
}

/** How much of a replica is in use. */
export interface ReplicaUsage {
  readonly server: string;
  /** Absent when it is the only one. */
  readonly replica?: string;
  readonly inFlight: number;
  /** What its owner has said that it has, and its places, named `places`. */
  readonly resources: readonly ResourceUsage[];
}

export interface ResourceUsage extends CounterReading {
  /** Claims that wait and could be satisfied with it. */
  readonly waiting: number;
}

/**
 * Who may go on to a server: each call has a place at one replica and one in all, and what its step occupies.
 *
 * 1. A claim is admitted as a whole, at one replica, or not at all; so nobody holds something while waiting for more.
 * 2. No counter is ever used beyond its capacity.
 * 3. A claim that waits is passed by one behind it (the order is that of {@link AdmissionQueue}) only if they share
 *    nothing but places. So what a large claim needs becomes free in the end, and is not taken by small ones.
 * 4. After every event, no claim waits that could be admitted by the rules above.
 *
 * An event costs O(log n) for n waiting claims, for each shape of claims that wait at the server.
 */
export class Admission {
  readonly #books: AdmissionBooks;
  readonly #queue = new AdmissionQueue<Waiter>();
  #arrivals = 0;
  #admissions = 0;

  constructor(options: AdmissionBooksOptions) {
    this.#books = new AdmissionBooks(options);
  }

  /**
   * Why no replica of the server could satisfy the claim even if nobody else claimed anything; undefined when one could.
   *
   * @param connections - of the replicas that the claim may be for; default: all
   */
  whyImpossible(claim: Claim, connections?: readonly string[]): string | undefined {
    const all = [...this.#replicas(claim.server)];
    const asked = connections === undefined ? all : all.filter(([connection]) => connections.includes(connection));
    return whyImpossible(
      claim,
      asked.map(([, book]) => book),
      (name) => this.#books.leaseCapacity(name),
    );
  }

  /** Whether this replica could satisfy the claim if nobody else claimed anything. */
  couldEver(claim: Claim, connection: string): boolean {
    const book = this.#replicas(claim.server).get(connection);
    if (book === undefined || !claim.leases.every(({ name, amount }) => amount <= this.#books.leaseCapacity(name))) return false;
    return claim.resources.every(({ name, amount }) => book.resources.get(name)?.everFits(amount) ?? true);
  }

  /** Admits a claim now, at one of these replicas that has been chosen least recently, or not at all. */
  tryReserve(claim: Claim, connections: readonly string[]): Reservation | undefined {
    const { server, leases } = claim;
    const replicas = this.#replicas(server);
    // Who waits elsewhere waits for something else than places, or for places elsewhere.
    const alone =
      !this.#queue.waitsFor(server) &&
      (leases.length === 0 || !this.#queue.anyLeased()) &&
      !(this.#queue.size > 0 && connections.some((connection) => sharesResources(claim, connection)));
    if (alone) return this.#take(claim, connections, replicas, NOTHING);
    if (!this.#hasPlace(claim, connections)) return undefined;
    let reservation: Reservation | undefined;
    const waiter = this.#waiter(
      claim,
      () => connections,
      (granted) => void (reservation = granted),
    );
    this.#enqueue(waiter, this.#possible(claim, connections));
    this.#queue.remove(waiter);
    return reservation;
  }

  /**
   * Waits until the claim is admitted. Undefined when it need not wait any more: no replica is left for it. Rejects with
   * the signal's reason.
   *
   * @param replicas - the connections that it may go to; asked now, and whenever somebody says {@link reconsider}
   */
  async reserve(claim: Claim, replicas: () => readonly string[], signal: AbortSignal): Promise<Reservation | undefined> {
    signal.throwIfAborted();
    const connections = this.#possible(claim, replicas());
    if (connections.length === 0) return undefined;
    return await new Promise((resolve, reject) => {
      const waiter = this.#waiter(claim, replicas, (reservation) => {
        signal.removeEventListener("abort", leave);
        resolve(reservation);
      });
      const leave = (): void => {
        this.#queue.remove(waiter);
        this.#books.tidy(claim);
        // Those behind it may have waited for it only.
        this.#settle(claim, false);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#enqueue(waiter, connections);
    });
  }

  isWaitedFor(server: string): boolean {
    return this.#queue.waitsFor(server);
  }

  /** To be said when another set of replicas of a server may be used: claims that wait for it choose anew. */
  reconsider(server: string): void {
    for (const waiter of this.#queue.of(server).toSorted((left, right) => left.arrival - right.arrival)) {
      const connections = this.#possible(waiter.claim, waiter.replicas());
      if (connections.length > 0) {
        this.#queue.move(waiter, connections);
        continue;
      }
      this.#queue.remove(waiter);
      waiter.grant(undefined);
    }
    this.#visit(this.#queue.shapes());
  }

  /** How much of each replica is in use, of all servers that have been called. */
  *usage(): Generator<ReplicaUsage> {
    for (const [server, connection, { replica, places, resources }] of this.#books.all()) {
      const shapes = [...this.#queue.shapes(server)].filter(({ connections }) => connections.includes(connection));
      const reading = (counter: Counter, users: readonly Shape<Waiter>[]): ResourceUsage => ({
        ...counter.read(),
        waiting: users.reduce((sum, shape) => sum + sizeOf(shape), 0),
      });
      const uses = Array.from(resources.values(), (counter) => {
        return reading(
          counter,
          shapes.filter(({ resources: names }) => names.includes(counter.name)),
        );
      });
      yield { server, ...defined({ replica }), inFlight: places.inUse, resources: [reading(places, shapes), ...uses] };
    }
  }

  /** How many claims wait for each server at which any waits. */
  waiting(): ReadonlyMap<string, number> {
    const sizes = new Map<string, number>();
    for (const shape of this.#queue.shapes()) sizes.set(shape.server, (sizes.get(shape.server) ?? 0) + sizeOf(shape));
    return sizes;
  }

  /** How much is in use of what all servers share. */
  *leases(): Generator<CounterReading> {
    for (const counter of this.#books.leases()) yield counter.read();
  }

  #replicas(server: string): ReadonlyMap<string, ReplicaBook> {
    return this.#books.replicas(server);
  }

  #waiter(claim: Claim, replicas: () => readonly string[], grant: (reservation: Reservation | undefined) => void): Waiter {
    this.#arrivals += 1;
    return { claim, replicas, grant, arrival: this.#arrivals };
  }

  #enqueue(waiter: Waiter, connections: readonly string[]): void {
    this.#queue.add(waiter, connections);
    // Whoever is not admitted lets nobody else in either.
    if (this.#hasPlace(waiter.claim, connections)) this.#settle(waiter.claim, false);
  }

  #hasPlace({ server }: Claim, connections: readonly string[]): boolean {
    const replicas = this.#replicas(server);
    return this.#books.total.fits(1) && connections.some((connection) => replicas.get(connection)?.places.fits(1));
  }

  /** The smaller the set of replicas that a claim waits for, the fewer others wait behind it. */
  #possible(claim: Claim, connections: readonly string[]): readonly string[] {
    const all = [...this.#replicas(claim.server).keys()];
    return all.filter((connection) => connections.includes(connection) && this.couldEver(claim, connection));
  }

  /** Admits whom the end of a claim, or its coming, lets in. */
  #settle(claim: Claim, everywhere: boolean): void {
    if (this.#queue.size === 0) return;
    const { server, leases } = claim;
    const all = everywhere || leases.length > 0 || this.#queue.anyLeased(server);
    this.#visit(this.#queue.shapes(all ? undefined : server));
  }

  /** Admits whom it can, in the order of the queue (3). What somebody waits for who is ahead is not there for others. */
  #visit(shapes: Iterable<Shape<Waiter>>): void {
    const next = new Heap<Visit>((left, right) => isAhead(left.head, right.head));
    for (const shape of shapes) next.push({ shape, head: headOf(shape) });
    const wanted = new Set<Counter>();
    while (this.#books.total.fits(1)) {
      const visit = next.pop();
      if (visit === undefined) return;
      const { shape, head } = visit;
      const now = headOf(shape);
      if (now.waiting !== head.waiting || now.at !== head.at) {
        // Its execution was admitted with a claim of another shape, and has gone to the end.
        next.push({ shape, head: now });
        continue;
      }
      const { waiting } = head;
      const replicas = this.#replicas(shape.server);
      const reservation = this.#take(waiting.claim, shape.connections, replicas, wanted);
      if (reservation === undefined) {
        for (const counter of this.#countersOf(waiting.claim, shape.connections, replicas)) wanted.add(counter);
        continue;
      }
      this.#queue.admit(waiting);
      waiting.grant(reservation);
      if (shape.order.size > 0) next.push({ shape, head: headOf(shape) });
    }
  }

  #take(
    claim: Claim,
    connections: readonly string[],
    replicas: ReadonlyMap<string, ReplicaBook>,
    wanted: ReadonlySet<Counter>,
  ): Reservation | undefined {
    const { total } = this.#books;
    const leases = claim.leases.map(({ name, amount }) => ({ counter: this.#books.lease(name), amount }));
    const free = ({ counter, amount }: Use): boolean => counter.fits(amount) && !wanted.has(counter);
    if (!total.fits(1) || !leases.every(free)) return undefined;
    let best: { readonly connection: string; readonly book: ReplicaBook; readonly uses: readonly Use[] } | undefined;
    for (const connection of connections) {
      const book = replicas.get(connection);
      if (book === undefined || !book.places.fits(1) || (best !== undefined && best.book.chosen <= book.chosen)) continue;
      const uses = usesOf(claim, book);
      if (uses.every(free)) best = { connection, book, uses };
    }
    if (best === undefined) return undefined;
    this.#admissions += 1;
    best.book.chosen = this.#admissions;
    const place = (counter: Counter): Use => ({ counter, amount: 1 });
    return this.#hold(claim, best.connection, [place(total), place(best.book.places), ...best.uses, ...leases]);
  }

  #hold(claim: Claim, connection: string, uses: readonly Use[]): Reservation {
    for (const { counter, amount } of uses) counter.take(amount);
    let held = true;
    return {
      connection,
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        const everywhere = !this.#books.total.fits(1) || sharesResources(claim, connection);
        for (const { counter, amount } of uses) counter.give(amount);
        this.#settle(claim, everywhere);
        this.#books.tidy(claim);
      },
    };
  }

  *#countersOf(claim: Claim, connections: readonly string[], replicas: ReadonlyMap<string, ReplicaBook>): Generator<Counter> {
    for (const { name } of claim.leases) yield this.#books.lease(name);
    for (const connection of connections) {
      const book = replicas.get(connection);
      if (book !== undefined) for (const { counter } of usesOf(claim, book)) yield counter;
    }
  }
}

interface Waiter extends Waiting {
  readonly replicas: () => readonly string[];
  readonly grant: (reservation: Reservation | undefined) => void;
}

/** A shape that is to be looked at, and who was its first when that was decided. */
interface Visit {
  readonly shape: Shape<Waiter>;
  readonly head: Head<Waiter>;
}

/** All servers of another machine share its resources, so those who wait elsewhere may wait for the same. */
function sharesResources({ resources }: Claim, connection: string): boolean {
  return resources.length > 0 && machineOf(connection) !== undefined;
}

/** Some of a counter. */
interface Use {
  readonly counter: Counter;
  readonly amount: number;
}

const NOTHING: ReadonlySet<Counter> = new Set();

function sizeOf({ order }: Shape<Waiter>): number {
  let size = 0;
  for (const { claims } of order.values()) size += claims.size;
  return size;
}

function usesOf(claim: Claim, book: ReplicaBook): readonly Use[] {
  return claim.resources.flatMap(({ name, amount }) => {
    const counter = book.resources.get(name);
    return counter === undefined ? [] : { counter, amount };
  });
}
