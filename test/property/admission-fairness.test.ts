import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Admission, type Reservation } from "../../src/calls/admission.ts";
import { amountsOf, type Claim } from "../../src/calls/claim.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { serverConfig } from "../support/server-config.ts";

const STOPPED = new Error("enough");

/** How long a claim is held, and who wants to know. */
interface Course {
  readonly durationMs: number;
  readonly onAdmitted?: (waitedMs: number) => void;
  readonly onEnd?: () => void;
}

/** Claims that come at times, last for times, and tell when they were admitted. */
class Traffic {
  readonly clock = new ManualClock(0);
  readonly admission: Admission;
  // One for all tests would keep the listeners of all claims that still wait when a test has seen enough.
  readonly #never = new AbortController().signal;

  constructor(config: Partial<ServerConfig>) {
    const servers = new Map([["s", serverConfig("s", config)]]);
    this.admission = new Admission({ servers, total: 1_000, shared: {}, clock: this.clock });
  }

  at(atMs: number, what: Partial<Claim>, { durationMs, onAdmitted, onEnd }: Course): void {
    this.clock.after(atMs - this.clock.nowMs(), () => {
      const claim: Claim = { server: "s", executionId: "e", remainingMs: 0, resources: [], leases: [], ...what };
      const arrivedMs = this.clock.nowMs();
      const begin = (reservation: Reservation | undefined): void => {
        onAdmitted?.(this.clock.nowMs() - arrivedMs);
        this.clock.after(durationMs, () => {
          reservation?.[Symbol.dispose]();
          onEnd?.();
        });
      };
      void this.admission.reserve(claim, () => ["s"], this.#never).then(begin);
    });
  }

  async run(until: () => boolean = () => false): Promise<void> {
    do await nextTurn();
    while (!until() && this.clock.step());
  }
}

test("of equal claims of several executions, none waits longer than twice until all have had as many", { timeout: 60_000 }, async () => {
  const crowd = fc.record({
    places: fc.integer({ min: 1, max: 5 }),
    durationMs: fc.integer({ min: 1, max: 9 }),
    claims: fc.integer({ min: 1, max: 12 }),
    arrivals: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(crowd, async ({ places, durationMs, claims, arrivals }) => {
      const traffic = new Traffic({ maxConcurrentCalls: places });
      const tooLong: string[] = [];
      for (const [execution, arrivalMs] of arrivals.entries()) {
        let admitted = 0;
        for (let claim = 0; claim < claims; claim += 1) {
          const onAdmitted = (waitedMs: number): void => {
            admitted += 1;
            const fairMs = Math.ceil((admitted * arrivals.length) / places) * durationMs;
            if (waitedMs > 2 * fairMs) tooLong.push(`e${execution} waited ${waitedMs} ms for its claim ${admitted}, ${fairMs} ms are fair`);
          };
          traffic.at(arrivalMs, { executionId: `e${execution}` }, { durationMs, onAdmitted });
        }
      }
      await traffic.run();
      expect(tooLong).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test(
  "a claim on all there is gets it, although small claims, also of its own execution, never stop coming",
  { timeout: 60_000 },
  async () => {
    const stream = fc.record({
      executionId: fc.constantFrom("big", "e1", "e2", "e3"),
      amount: fc.integer({ min: 0, max: 2 }),
      cpu: fc.boolean(),
      remainingMs: fc.integer({ min: 0, max: 9 }),
      durationMs: fc.integer({ min: 1, max: 10 }),
    });
    const siege = fc.record({
      gpu: fc.integer({ min: 2, max: 4 }),
      places: fc.integer({ min: 1, max: 6 }),
      remainingMs: fc.integer({ min: 5, max: 10 }),
      streams: fc.array(stream, { minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(siege, async ({ gpu, places, remainingMs, streams }) => {
        const traffic = new Traffic({ maxConcurrentCalls: places, resources: { gpu } });
        let waitedMs: number | undefined;
        for (const { executionId, amount, cpu, durationMs, ...rest } of streams) {
          // Those of its own execution that are more urgent go first by right, and there is no end to them.
          const urgency = executionId === "big" ? Math.min(rest.remainingMs, remainingMs - 1) : rest.remainingMs;
          const what = { executionId, remainingMs: urgency, resources: amountsOf({ gpu: amount, cpu: cpu ? 1 : 0 }) };
          const again = (): void => traffic.at(traffic.clock.nowMs(), what, { durationMs, onEnd: again });
          for (let copies = 0; copies < 3; copies += 1) again();
        }
        const big = { executionId: "big", remainingMs, resources: [{ name: "gpu", amount: gpu }] };
        traffic.at(20, big, { durationMs: 1, onAdmitted: (ms) => (waitedMs = ms) });
        await traffic.run(() => waitedMs !== undefined || traffic.clock.nowMs() > 2_000);
        // Each execution may be before it once, and then what is held is given back.
        expect(waitedMs).toBeLessThanOrEqual(5 * 10);
      }),
      { numRuns: 100 },
    );
  },
);

test("twenty thousand waiting claims of many executions are admitted without looking at all of them each time", async () => {
  const traffic = new Traffic({ maxConcurrentCalls: 5, resources: { gpu: 2 } });
  const ends: Promise<void>[] = [];
  const impatient: AbortController[] = [];
  let looks = 0;
  for (let index = 0; index < 20_000; index += 1) {
    const resources = index % 3 === 0 ? [{ name: "gpu", amount: 1 + (index % 2) }] : [];
    const claim: Claim = {
      server: "s",
      executionId: `e${index % 60}`,
      get remainingMs() {
        looks += 1;
        return index % 7;
      },
      resources,
      leases: [],
    };
    const patience = new AbortController();
    if (index % 5 === 4) impatient.push(patience);
    const ending = traffic.admission.reserve(claim, () => ["s"], patience.signal);
    ends.push(
      ending.then(
        (reservation) => reservation?.[Symbol.dispose](),
        (reason) => expect(reason).toBe(STOPPED),
      ),
    );
  }
  for (const patience of impatient) patience.abort(STOPPED);
  await Promise.all(ends);
  // About twenty for each; who looks at all of them each time looks ten thousand times.
  expect(looks / 20_000).toBeLessThan(60);
  expect([...traffic.admission.waiting()]).toEqual([]);
});
