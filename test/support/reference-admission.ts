import type { Claim } from "../../src/calls/claim.ts";

/** What there is: of servers by name the replicas by connection, and what is shared. */
export interface ReferenceWorld {
  readonly total: number;
  readonly shared: Readonly<Record<string, number>>;
  readonly servers: ReadonlyMap<string, ReadonlyMap<string, ReferenceReplica>>;
}

export interface ReferenceReplica {
  readonly places: number;
  readonly resources: Readonly<Record<string, number>>;
}

interface ReferenceWaiter {
  readonly id: number;
  readonly claim: Claim;
  allowed: readonly string[];
}

/** The rules of admission, written down as plainly as can be: it looks at everybody, again and again. */
export class ReferenceAdmission {
  /** `3@s#1` for the claim 3 at that connection, `3@none` when nothing is left that it may go to. */
  readonly log: string[] = [];
  readonly #world: ReferenceWorld;
  readonly #held = new Map<number, readonly (readonly [counter: string, amount: number])[]>();
  readonly #chosen = new Map<string, number>();
  readonly #turns = new Map<string, number>();
  readonly #lines = new Map<string, number>();
  #waiting: ReferenceWaiter[] = [];
  #turn = 0;

  constructor(world: ReferenceWorld) {
    this.#world = world;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether somebody could satisfy it if nobody else claimed anything. */
  isPossible(claim: Claim): boolean {
    return this.#possible(claim, [...this.#replicas(claim).keys()]).length > 0;
  }

  arrive(id: number, claim: Claim, allowed: readonly string[]): void {
    const waiter = { id, claim, allowed: this.#possible(claim, allowed) };
    if (waiter.allowed.length === 0) return void this.log.push(`${id}@none`);
    this.#waiting.push(waiter);
    this.#settle();
  }

  leave(id: number): void {
    this.#waiting = this.#waiting.filter((waiter) => waiter.id !== id);
    this.#settle();
  }

  release(id: number): void {
    this.#held.delete(id);
    this.#settle();
  }

  reconsider(server: string, allowed: readonly string[]): void {
    for (const waiter of this.#waiting) {
      if (waiter.claim.server !== server) continue;
      const at = this.#at(waiter);
      waiter.allowed = this.#possible(waiter.claim, allowed);
      if (waiter.allowed.length === 0) this.log.push(`${waiter.id}@none`);
      else this.#lines.set(lineOf(waiter), Math.min(at, this.#lines.get(lineOf(waiter)) ?? at));
    }
    this.#waiting = this.#waiting.filter((waiter) => waiter.allowed.length > 0);
    this.#settle();
  }

  #settle(): void {
    while (this.#admitOne());
  }

  #admitOne(): boolean {
    this.#forget();
    const wanted = new Set<string>();
    for (const waiter of this.#waiting.toSorted((left, right) => this.#compare(left, right))) {
      const fitting = waiter.allowed.filter((connection) => this.#fits(waiter.claim, connection, wanted));
      const best = fitting.toSorted((left, right) => (this.#chosen.get(left) ?? 0) - (this.#chosen.get(right) ?? 0))[0];
      if (best === undefined)
        for (const connection of waiter.allowed) this.#uses(waiter.claim, connection).forEach(([name]) => wanted.add(name));
      else {
        this.#admit(waiter, best);
        return true;
      }
    }
    return false;
  }

  #admit(waiter: ReferenceWaiter, connection: string): void {
    const { id, claim } = waiter;
    this.#turn += 1;
    for (const other of this.#waiting) {
      const mine = turnOf(other) === turnOf(waiter) && lineOf(other) !== lineOf(waiter);
      const first = mine && !this.#waiting.some((one) => lineOf(one) === lineOf(other) && this.#compare(one, other) < 0);
      if (first && this.#compare(other, waiter) > 0) this.#lines.set(lineOf(other), this.#turn);
    }
    this.#lines.set(lineOf(waiter), this.#turn);
    this.#turns.set(turnOf(waiter), this.#turn);
    this.#waiting = this.#waiting.filter((one) => one !== waiter);
    this.#chosen.set(connection, this.#turn);
    this.#held.set(id, [["total", 1], [`places ${connection}`, 1], ...this.#uses(claim, connection)]);
    this.log.push(`${id}@${connection}`);
  }

  #compare(left: ReferenceWaiter, right: ReferenceWaiter): number {
    const turns = this.#at(left) - this.#at(right);
    if (turns !== 0) return turns;
    return right.claim.remainingMs - left.claim.remainingMs || left.id - right.id;
  }

  /** Whoever waits first gets the last turn. */
  #at(waiter: ReferenceWaiter): number {
    let turn = this.#turns.get(turnOf(waiter));
    if (turn === undefined) {
      this.#turn += 1;
      turn = this.#turn;
      this.#turns.set(turnOf(waiter), turn);
    }
    const at = this.#lines.get(lineOf(waiter)) ?? turn;
    this.#lines.set(lineOf(waiter), at);
    return at;
  }

  /** Turns and lines last as long as somebody has them. */
  #forget(): void {
    for (const waiter of this.#waiting.toSorted((left, right) => left.id - right.id)) this.#at(waiter);
    const [turns, lines] = [new Set(this.#waiting.map(turnOf)), new Set(this.#waiting.map(lineOf))];
    for (const turn of this.#turns.keys()) if (!turns.has(turn)) this.#turns.delete(turn);
    for (const line of this.#lines.keys()) if (!lines.has(line)) this.#lines.delete(line);
  }

  #fits(claim: Claim, connection: string, wanted: ReadonlySet<string>): boolean {
    const own = this.#uses(claim, connection);
    return (
      this.#free("total") >= 1 &&
      this.#free(`places ${connection}`) >= 1 &&
      own.every(([name, amount]) => !wanted.has(name) && this.#free(name) >= amount)
    );
  }

  #free(counter: string): number {
    let used = 0;
    for (const uses of this.#held.values()) for (const [name, amount] of uses) if (name === counter) used += amount;
    return this.#capacity(counter) - used;
  }

  #capacity(counter: string): number {
    if (counter === "total") return this.#world.total;
    const [kind, name = "", resource = ""] = counter.split(" ");
    if (kind === "lease") return this.#world.shared[name] ?? 1;
    for (const replicas of this.#world.servers.values()) {
      const replica = replicas.get(name);
      if (replica !== undefined) return kind === "places" ? replica.places : (replica.resources[resource] ?? Infinity);
    }
    return 0;
  }

  #uses(claim: Claim, connection: string): readonly (readonly [counter: string, amount: number])[] {
    const declared = this.#replicas(claim).get(connection)?.resources ?? {};
    return [
      ...claim.leases.map(({ name, amount }) => [`lease ${name}`, amount] as const),
      ...claim.resources
        .filter(({ name }) => name in declared)
        .map(({ name, amount }) => [`resource ${connection} ${name}`, amount] as const),
    ];
  }

  #possible(claim: Claim, allowed: readonly string[]): readonly string[] {
    const all = [...this.#replicas(claim).keys()].filter((connection) => allowed.includes(connection));
    return all.filter((connection) => this.#uses(claim, connection).every(([name, amount]) => amount <= this.#capacity(name)));
  }

  #replicas({ server }: Claim): ReadonlyMap<string, ReferenceReplica> {
    return this.#world.servers.get(server) ?? new Map();
  }
}

function turnOf({ claim }: ReferenceWaiter): string {
  return `${claim.server} ${claim.executionId}`;
}

function lineOf({ claim, allowed }: ReferenceWaiter): string {
  const names = [...claim.resources.map(({ name }) => name), "+", ...claim.leases.map(({ name }) => name)];
  return [claim.server, claim.executionId, ...allowed, ...names].join(" ");
}
