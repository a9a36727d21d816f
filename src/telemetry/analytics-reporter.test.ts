import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { SILENT } from "../ports/log.ts";
import { AnalyticsReporter } from "./analytics-reporter.ts";
import type { EndedExecutions } from "./analytics-reporter.ts";

/** A journal in which one execution ends at each position, and a dashboard that answers as it is told to. */
class Dashboard {
  readonly clock = new ManualClock();
  readonly told: unknown[] = [];
  readonly notes: string[] = [];
  kept: number | undefined;
  ended = 0;
  answer: () => Promise<boolean> = async () => true;
  keep: (position: number) => void = (position) => void (this.kept = position);
  #wake: () => void = () => undefined;

  end(count: number): void {
    this.ended += count;
    this.#wake();
  }

  open(): AnalyticsReporter {
    return new AnalyticsReporter({
      ended: async (after, signal) => await this.#after(after, signal),
      documentOf: async (executionId) => ({ execution_id: executionId }),
      send: async (document) => {
        const wasTaken = await this.answer();
        this.told.push(document["execution_id"]);
        return wasTaken;
      },
      progress: { read: () => this.kept, write: (position) => this.keep(position) },
      clock: this.clock,
      log: { ...SILENT, write: (_, message) => void this.notes.push(message) },
      random: () => 1,
    });
  }

  async until(condition: () => boolean): Promise<void> {
    for (let turn = 0; turn < 1_000 && !condition(); turn += 1) {
      await nextTurn();
      this.clock.step();
    }
    if (!condition()) throw new Error("it has not come to that");
  }

  async #after(after: number | undefined, signal: AbortSignal): Promise<EndedExecutions> {
    if (after === undefined) return { executionIds: [], position: this.ended };
    while (this.ended === after) {
      const woken = Promise.withResolvers<void>();
      this.#wake = woken.resolve;
      signal.addEventListener("abort", () => woken.reject(signal.reason as Error), { once: true });
      await woken.promise;
    }
    return { executionIds: Array.from({ length: this.ended - after }, (_, place) => `e${after + place + 1}`), position: this.ended };
  }
}

test("every execution that ends is reported, those of before are not", async () => {
  const dashboard = new Dashboard();
  dashboard.end(3);
  await using _reporter = dashboard.open();
  await dashboard.until(() => dashboard.kept === 3);
  dashboard.end(2);
  await dashboard.until(() => dashboard.kept === 5);
  expect(dashboard.told).toEqual(["e4", "e5"]);
});

test("a dashboard that is not there is told later, in ever longer times, and the log tells it once", async () => {
  const dashboard = new Dashboard();
  dashboard.kept = 0;
  const delays: number[] = [];
  let lastMs = dashboard.clock.nowMs();
  dashboard.answer = async () => {
    delays.push(dashboard.clock.nowMs() - lastMs);
    lastMs = dashboard.clock.nowMs();
    if (delays.length < 10) throw new Error("connection refused");
    return true;
  };
  await using _reporter = dashboard.open();
  dashboard.end(1);
  await dashboard.until(() => dashboard.kept === 1);
  expect(delays).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(dashboard.notes).toEqual(["an execution could not be reported", "reporting goes on"]);
});

test("what was not reported is reported by the next process", async () => {
  const dashboard = new Dashboard();
  dashboard.kept = 0;
  dashboard.answer = async () => await Promise.reject(new Error("connection refused"));
  {
    await using _reporter = dashboard.open();
    dashboard.end(2);
    await dashboard.until(() => dashboard.notes.length > 0);
  }
  expect([dashboard.told, dashboard.kept]).toEqual([[], 0]);
  dashboard.answer = async () => true;
  await using _reporter = dashboard.open();
  await dashboard.until(() => dashboard.kept === 2);
  expect(dashboard.told).toEqual(["e1", "e2"]);
});

test("a report that is refused stands in nobody's way", async () => {
  const dashboard = new Dashboard();
  dashboard.kept = 0;
  dashboard.answer = async () => dashboard.told.length > 0;
  await using _reporter = dashboard.open();
  dashboard.end(2);
  await dashboard.until(() => dashboard.kept === 2);
  expect(dashboard.notes).toEqual(["the report of an execution was refused"]);
});

test("a disk that is full for a while does not end the reporting", async () => {
  const dashboard = new Dashboard();
  dashboard.kept = 0;
  const { keep } = dashboard;
  let failures = 3;
  dashboard.keep = (position) => {
    failures -= 1;
    if (failures >= 0) throw new Error("no space left on device");
    keep(position);
  };
  await using _reporter = dashboard.open();
  dashboard.end(1);
  await dashboard.until(() => dashboard.kept === 1);
  dashboard.end(1);
  await dashboard.until(() => dashboard.kept === 2);
  expect(dashboard.told).toEqual(["e1", "e2"]);
  expect(dashboard.notes).toEqual(["how far was reported could not be written down", "reporting goes on"]);
});
