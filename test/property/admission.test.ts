import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Admission, type Reservation } from "../../src/calls/admission.ts";
import type { CounterReading } from "../../src/calls/admission-counter.ts";
import { amountsOf, type Claim } from "../../src/calls/claim.ts";
import { serverReplicas } from "../../src/calls/server-replicas.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { ReferenceAdmission, type ReferenceWorld } from "../support/reference-admission.ts";
import { serverConfig } from "../support/server-config.ts";

interface RandomServer {
  readonly places: number;
  readonly replicas: readonly { readonly gpu?: number; readonly cpu?: number }[];
}

interface RandomClaim {
  readonly type: "claim";
  readonly afterMs: number;
  readonly server: number;
  readonly execution: number;
  readonly remainingMs: number;
  readonly resources: { readonly gpu: number; readonly cpu: number };
  readonly leases: { readonly licence: number; readonly door: number };
  readonly durationMs: number;
  readonly patienceMs: number | undefined;
  readonly hasty: boolean;
}

/** A replica may be used no more, or again. */
interface RandomFlip {
  readonly type: "flip";
  readonly afterMs: number;
  readonly server: number;
  readonly replica: number;
}

interface RandomDay {
  readonly total: number;
  readonly licences: number;
  readonly servers: readonly RandomServer[];
  readonly events: readonly (RandomClaim | RandomFlip)[];
}

const small = (max: number, min = 0): fc.Arbitrary<number> => fc.integer({ min, max });
const server: fc.Arbitrary<RandomServer> = fc.record({
  places: small(3, 1),
  replicas: fc.array(fc.record({ gpu: small(4), cpu: small(3, 1) }, { requiredKeys: [] }), { minLength: 1, maxLength: 3 }),
});
const claim: fc.Arbitrary<RandomClaim> = fc.record({
  type: fc.constant("claim" as const),
  afterMs: small(4),
  server: small(2),
  execution: small(3),
  remainingMs: small(3),
  resources: fc.record({ gpu: fc.oneof(fc.constant(0), small(3)), cpu: fc.oneof(fc.constant(0), small(2)) }),
  leases: fc.record({ licence: fc.oneof(fc.constant(0), small(2)), door: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, small(1)) }),
  durationMs: small(14, 1),
  patienceMs: fc.option(small(20), { nil: undefined, freq: 4 }),
  hasty: fc.boolean(),
});
const flip: fc.Arbitrary<RandomFlip> = fc.record({
  type: fc.constant("flip" as const),
  afterMs: small(4),
  server: small(2),
  replica: small(2),
});
const randomDay: fc.Arbitrary<RandomDay> = fc.record({
  total: small(7, 1),
  licences: small(3, 1),
  servers: fc.array(server, { minLength: 3, maxLength: 3 }),
  events: fc.array(fc.oneof({ weight: 12, arbitrary: claim }, { weight: 1, arbitrary: flip }), {
    minLength: 1,
    maxLength: 70,
    size: "max",
  }),
});

test(
  "claims are admitted as the plainest reading of the rules says: each whole, in turn, and as soon as it may",
  { timeout: 240_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(randomDay, async (random) => {
        const day = new Day(random);
        await day.run();
        expect(day.wrong).toEqual([]);
        expect(day.reference.waiting).toBe(0);
        expect(Array.from(day.admission.usage(), ({ inFlight }) => inFlight).filter((inFlight) => inFlight !== 0)).toEqual([]);
        expect([...day.admission.waiting()]).toEqual([]);
        expect([...day.admission.leases()].filter(({ inUse }) => inUse !== 0)).toEqual([]);
        expect(day.held.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  },
);

/** Lets claims come, go and lose patience, at the real admission and at the reference. */
class Day {
  readonly reference: ReferenceAdmission;
  readonly admission: Admission;
  /** Everything that was not as it should be. */
  readonly wrong: string[] = [];
  readonly held = new Map<number, { readonly claim: Claim; readonly reservation: Reservation }>();
  readonly #random: RandomDay;
  readonly #clock = new ManualClock(0);
  readonly #servers: ReadonlyMap<string, ServerConfig>;
  readonly #world: ReferenceWorld;
  readonly #closed = new Set<string>();
  readonly #log: string[] = [];

  constructor(random: RandomDay) {
    this.#random = random;
    this.#servers = new Map(random.servers.map(({ places, replicas }, index) => [`s${index}`, configOf(`s${index}`, places, replicas)]));
    const shared = { licence: random.licences };
    this.#world = {
      total: random.total,
      shared,
      servers: new Map(Array.from(this.#servers, ([name, config]) => [name, replicasOf(config)])),
    };
    this.reference = new ReferenceAdmission(this.#world);
    this.admission = new Admission({ servers: this.#servers, total: random.total, shared, clock: this.#clock });
  }

  async run(): Promise<void> {
    let atMs = 0;
    for (const [id, event] of this.#random.events.entries()) {
      atMs += event.afterMs;
      this.#clock.after(atMs, () => (event.type === "claim" ? this.#arrive(id, event) : this.#flip(event)));
    }
    // Whoever waits for a replica that is never opened again would wait for ever.
    this.#clock.after(atMs + 1_000, () => {
      this.#closed.clear();
      for (const name of this.#servers.keys()) this.#reconsider(name);
    });
    while (this.#clock.step()) {
      await nextTurn();
      // A claim that is admitted by its own coming hears of it after those that waited, whoever was the first.
      const [real, expected] = [this.#log, this.reference.log].map((log) => log.splice(0).sort().join(" "));
      if (real !== expected) this.wrong.push(`at ${this.#clock.nowMs()} "${real}" in place of "${expected}"`);
      this.wrong.push(...this.#wrongBooks());
    }
  }

  #arrive(id: number, event: RandomClaim): void {
    const { server: index, execution, remainingMs, durationMs, patienceMs } = event;
    const name = `s${index}`;
    const what: Claim = {
      server: name,
      executionId: `e${execution}`,
      remainingMs,
      resources: amountsOf(event.resources),
      leases: amountsOf(event.leases),
    };
    const possible = this.reference.isPossible(what);
    if (possible === (this.admission.whyImpossible(what) !== undefined)) this.wrong.push(`${id} is possible: ${possible}`);
    if (!possible) return;
    const patience = new AbortController();
    const begin = (reservation: Reservation): void => {
      this.#log.push(`${id}@${reservation.connection}`);
      this.held.set(id, { claim: what, reservation });
      this.#clock.after(durationMs, () => this.#release(id));
    };
    const hasty = event.hasty ? this.admission.tryReserve(what, this.#open(name)) : undefined;
    this.reference.arrive(id, what, this.#open(name));
    if (hasty !== undefined) return begin(hasty);
    const ending = this.admission.reserve(what, () => this.#open(name), patience.signal);
    const given = (reservation: Reservation | undefined): void =>
      reservation === undefined ? void this.#log.push(`${id}@none`) : begin(reservation);
    ending.then(given, () => undefined);
    if (patienceMs === undefined) return;
    this.#clock.after(patienceMs, () => {
      if (this.held.has(id)) return;
      patience.abort(new Error("enough"));
      this.reference.leave(id);
    });
  }

  #release(id: number): void {
    this.held.get(id)?.reservation[Symbol.dispose]();
    // Giving back twice is giving back once.
    this.held.get(id)?.reservation[Symbol.dispose]();
    this.held.delete(id);
    this.reference.release(id);
  }

  #flip({ server: index, replica }: RandomFlip): void {
    const name = `s${index}`;
    const connection = [...(this.#world.servers.get(name)?.keys() ?? [])][replica];
    if (connection === undefined) return;
    if (!this.#closed.delete(connection)) this.#closed.add(connection);
    this.#reconsider(name);
  }

  #reconsider(name: string): void {
    this.admission.reconsider(name);
    this.reference.reconsider(name, this.#open(name));
  }

  #open(name: string): readonly string[] {
    return [...(this.#world.servers.get(name)?.keys() ?? [])].filter((connection) => !this.#closed.has(connection));
  }

  /** Where more is used than there is, or where the books do not say what is held. */
  #wrongBooks(): readonly string[] {
    const used = new Map<string, number>();
    const add = (key: string, amount: number): void => void used.set(key, (used.get(key) ?? 0) + amount);
    for (const { claim: what, reservation } of this.held.values()) {
      add(`${reservation.connection} places`, 1);
      for (const { name, amount } of what.resources) add(`${reservation.connection} ${name}`, amount);
      for (const { name, amount } of what.leases) add(`lease ${name}`, amount);
    }
    const wrong = this.held.size > this.#random.total ? ["more than there are places in all"] : [];
    const check = (key: string, { inUse, capacity }: CounterReading): void => {
      if (inUse !== (used.get(key) ?? 0) || inUse > capacity) wrong.push(`${key}: ${inUse} of ${capacity}, of ${used.get(key)} held`);
    };
    for (const { server: name, replica, resources } of this.admission.usage()) {
      const connection = replica === undefined ? name : `${name}#${replica}`;
      for (const reading of resources) check(`${connection} ${reading.name}`, reading);
    }
    for (const reading of this.admission.leases()) check(`lease ${reading.name}`, reading);
    return wrong;
  }
}

function configOf(name: string, places: number, [first = {}, ...others]: RandomServer["replicas"]): ServerConfig {
  const { connection } = serverConfig({ name });
  const replicas = others.map((resources, index) => ({ name: `r${index}`, connection, tier: 1, resources }));
  return serverConfig({ name, maxConcurrentCalls: places, resources: first, replicas });
}

function replicasOf(
  config: ServerConfig,
): ReadonlyMap<string, { readonly places: number; readonly resources: Readonly<Record<string, number>> }> {
  const places = config.maxConcurrentCalls ?? 5;
  return new Map(
    serverReplicas(config.name, config).map(({ connection, resources }) => [connection, { places, resources: { ...resources } }]),
  );
}
