import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { BreakerState } from "../model/server-stats.ts";
import type { BreakerConfig } from "../model/server.ts";
import { CircuitBreaker, type Permit } from "./circuit-breaker.ts";

const CONFIG: BreakerConfig = { failures: 5, recoveryMs: 30_000, halfOpenCalls: 3, successes: 2, perTool: false };

function breakerWith(config: Partial<BreakerConfig> = {}): { breaker: CircuitBreaker; clock: ManualClock; changes: BreakerState[] } {
  const clock = new ManualClock();
  const changes: BreakerState[] = [];
  const breaker = new CircuitBreaker({ config: { ...CONFIG, ...config }, clock, onChange: (state) => changes.push(state) });
  return { breaker, clock, changes };
}

function failTimes(breaker: CircuitBreaker, times: number): void {
  for (let time = 0; time < times; time += 1) breaker.enter()?.failed();
}

test("calls that are lost with the connection that they share are one fault, and those that are lost with the next another", () => {
  const { breaker } = breakerWith();
  const crash = (): void => {
    for (const permit of rush(breaker, 50)) permit.lost();
  };
  for (let time = 0; time < 4; time += 1) crash();
  expect(breaker.state).toBe("closed");
  crash();
  expect(breaker.state).toBe("open");
});

test("a connection that is lost while it is half open opens it, with all calls that are on their way", () => {
  const { breaker, clock } = breakerWith();
  failTimes(breaker, 5);
  clock.advance(30_000);
  const [first, ...others] = rush(breaker, 3);
  first?.lost();
  for (const permit of others) permit.lost();
  expect(breaker.state).toBe("open");
});

/** As many callers as that, all at once; those that pass. */
function rush(breaker: CircuitBreaker, callers: number): readonly Permit[] {
  return Array.from({ length: callers }, () => breaker.enter()).filter((permit) => permit !== undefined);
}

test("five faults in a row open it, and nobody passes for 30 s", () => {
  const { breaker, clock, changes } = breakerWith();
  failTimes(breaker, 4);
  expect(breaker.state).toBe("closed");
  failTimes(breaker, 1);
  expect(breaker).toMatchObject({ state: "open", retryAfterMs: 30_000 });
  clock.advance(29_999);
  expect(breaker).toMatchObject({ state: "open", retryAfterMs: 1 });
  expect(breaker.enter()).toBeUndefined();
  clock.advance(1);
  expect(breaker).toMatchObject({ state: "half_open", retryAfterMs: 0 });
  expect(breaker.enter()).toBeDefined();
  expect(changes).toEqual(["open", "half_open"]);
});

test("a success between faults begins the count anew, and an end that says nothing does not", () => {
  const { breaker } = breakerWith();
  failTimes(breaker, 4);
  breaker.enter()?.succeeded();
  failTimes(breaker, 4);
  expect(breaker.state).toBe("closed");
  breaker.enter()?.released();
  failTimes(breaker, 1);
  expect(breaker.state).toBe("open");
});

test("of 1,000 callers at once exactly three pass while it is half open, and two successes close it", async () => {
  const { breaker, clock, changes } = breakerWith();
  failTimes(breaker, 5);
  expect(rush(breaker, 1_000)).toEqual([]);
  clock.advance(30_000);
  const permits: Permit[] = [];
  await Promise.all(
    Array.from({ length: 1_000 }, async (_, caller) => {
      for (let turn = 0; turn < caller % 7; turn += 1) await Promise.resolve();
      const permit = breaker.enter();
      if (permit !== undefined) permits.push(permit);
    }),
  );
  expect(permits.length).toBe(3);
  expect(breaker.retryAfterMs).toBe(1_000);
  const [first, second, third] = permits;
  first?.succeeded();
  expect(rush(breaker, 1_000).length).toBe(1);
  second?.succeeded();
  expect(breaker.state).toBe("closed");
  third?.failed();
  expect(rush(breaker, 1_000).length).toBe(1_000);
  expect(changes).toEqual(["open", "half_open", "closed"]);
});

test("one fault while it is half open opens it again for the whole time", () => {
  const { breaker, clock } = breakerWith();
  failTimes(breaker, 5);
  clock.advance(31_000);
  const [first, second] = rush(breaker, 3);
  first?.succeeded();
  second?.failed();
  expect(breaker).toMatchObject({ state: "open", retryAfterMs: 30_000 });
});

test("a permit that is given back lets another call try", () => {
  const { breaker, clock } = breakerWith();
  failTimes(breaker, 5);
  clock.advance(30_000);
  for (let round = 0; round < 100; round += 1) {
    const permits = rush(breaker, 10);
    expect(permits.length).toBe(3);
    for (const permit of permits) permit.released();
  }
  expect(breaker.state).toBe("half_open");
});

test("only the first end of a call counts", () => {
  const { breaker, clock } = breakerWith();
  failTimes(breaker, 5);
  clock.advance(30_000);
  const permit = breaker.enter();
  permit?.released();
  permit?.failed();
  permit?.succeeded();
  permit?.released();
  expect(breaker.state).toBe("half_open");
  expect(rush(breaker, 10).length).toBe(3);
});

test("ends of calls from before a change say nothing of now", () => {
  const { breaker, clock } = breakerWith();
  const early = rush(breaker, 12);
  for (const permit of early.slice(0, 5)) permit.failed();
  expect(breaker.state).toBe("open");
  early[5]?.succeeded();
  expect(breaker.state).toBe("open");
  clock.advance(30_000);
  const probes = rush(breaker, 3);
  early[6]?.failed();
  early[7]?.succeeded();
  early[8]?.succeeded();
  early[9]?.released();
  expect(breaker.state).toBe("half_open");
  expect(breaker.enter()).toBeUndefined();
  for (const probe of probes) probe.succeeded();
  failTimes(breaker, 4);
  early[10]?.failed();
  expect(breaker.state).toBe("closed");
});

/** The same rules, told as plainly as can be: each stay in a state is an object, and a call belongs to the stay in which it passed. */
class Reference {
  readonly #config: BreakerConfig;
  #stay: Stay = { state: "closed", sinceMs: 0, callsOut: new Set(), ends: [] };

  constructor(config: BreakerConfig) {
    this.#config = config;
  }

  state(nowMs: number): BreakerState {
    this.#recover(nowMs);
    return this.#stay.state;
  }

  enter(call: number, nowMs: number): Stay | undefined {
    this.#recover(nowMs);
    const { state, callsOut } = this.#stay;
    if (state === "open" || (state === "half_open" && callsOut.size === this.#config.halfOpenCalls)) return undefined;
    callsOut.add(call);
    return this.#stay;
  }

  end(call: { number: number; stay: Stay; how: Ending }, nowMs: number): void {
    this.#recover(nowMs);
    const { stay } = call;
    if (stay !== this.#stay || !stay.callsOut.delete(call.number) || call.how === "released") return;
    stay.ends.push(call.how);
    const lately = stay.ends.slice(-this.#config.failures);
    if (stay.state === "half_open") {
      if (call.how === "failed") this.#stay = { state: "open", sinceMs: nowMs, callsOut: new Set(), ends: [] };
      else if (stay.ends.length === this.#config.successes) this.#stay = { state: "closed", sinceMs: nowMs, callsOut: new Set(), ends: [] };
    } else if (lately.length === this.#config.failures && lately.every((how) => how === "failed")) {
      this.#stay = { state: "open", sinceMs: nowMs, callsOut: new Set(), ends: [] };
    }
  }

  #recover(nowMs: number): void {
    const { state, sinceMs } = this.#stay;
    if (state === "open" && nowMs - sinceMs >= this.#config.recoveryMs)
      this.#stay = { state: "half_open", sinceMs: nowMs, callsOut: new Set(), ends: [] };
  }
}

type Ending = "succeeded" | "failed" | "released";

interface Stay {
  readonly state: BreakerState;
  readonly sinceMs: number;
  readonly callsOut: Set<number>;
  readonly ends: Ending[];
}

const ENDING: fc.Arbitrary<Ending> = fc.constantFrom("succeeded", "failed", "failed", "released");

type Action =
  | { readonly type: "enter" }
  | { readonly type: "end"; readonly which: number; readonly how: Ending }
  | { readonly type: "wait"; readonly ms: number };

const ACTION: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ type: "enter" } as const) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant("end" as const), which: fc.nat(40), how: ENDING }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.constantFrom(1, 50, 99, 100, 101, 1_000) }) },
);

const ANY_CONFIG: fc.Arbitrary<BreakerConfig> = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  recoveryMs: fc.constant(100),
  halfOpenCalls: fc.integer({ min: 1, max: 3 }),
  successes: fc.integer({ min: 1, max: 4 }),
  perTool: fc.constant(false),
});

test("in every history of calls it does what the rules say", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(ANY_CONFIG, fc.array(ACTION, { maxLength: 200, size: "max" }), (config, actions) => {
      const { breaker, clock } = breakerWith(config);
      const reference = new Reference(config);
      const calls: { readonly number: number; readonly permit: Permit | undefined; readonly stay: Stay | undefined }[] = [];
      for (const action of actions) {
        if (action.type === "wait") clock.advance(action.ms);
        else if (action.type === "enter") {
          calls.push({ number: calls.length, permit: breaker.enter(), stay: reference.enter(calls.length, clock.monotonicMs()) });
        } else {
          // Also calls that have ended already, and calls that never passed.
          const call = calls[action.which % Math.max(1, calls.length)];
          call?.permit?.[action.how]();
          if (call?.stay !== undefined) reference.end({ number: call.number, stay: call.stay, how: action.how }, clock.monotonicMs());
        }
        const passed = calls.at(-1);
        expect({ state: breaker.state, passed: passed?.permit !== undefined }).toEqual({
          state: reference.state(clock.monotonicMs()),
          passed: passed?.stay !== undefined,
        });
        seen.add(breaker.state);
      }
    }),
    { numRuns: 1_000 },
  );
  expect([...seen].sort()).toEqual(["closed", "half_open", "open"]);
});
