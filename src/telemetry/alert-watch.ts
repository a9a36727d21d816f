import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Alert } from "../model/alert.ts";
import type { Log } from "../ports/log.ts";
import { alertReadings } from "./alert-rules.ts";
import type { ExecutionFacts } from "./alert-rules.ts";
import { AlertStates } from "./alert-states.ts";
import type { MetricsStore } from "./open-metrics.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

export interface AlertWatchOptions {
  readonly metrics: MetricsStore;
  readonly log: Log;
  readonly clock: Clock;
  readonly executions: ExecutionFacts;
}

const LOOK_MS = 15_000;
/** Latency and error rate are those of so long. */
const WINDOW_MS = 60_000;

/** Looks every 15 seconds whether something is wrong; tells the log what begins and ends, and shows in metrics what is. */
export class AlertWatch implements Disposable {
  readonly #options: AlertWatchOptions;
  readonly #states = new AlertStates();
  readonly #gauge: Disposable;
  /** The oldest first; the first is at least as old as the window, if there has been so much time. */
  #snapshots: readonly MetricsSnapshot[] = [];
  #timer: Disposable;

  constructor(options: AlertWatchOptions) {
    this.#options = options;
    this.#gauge = options.metrics.observe("tutti_alert_firing", () =>
      this.#states.firing().map(({ alert, server = "" }) => ({ labels: { alert, server }, value: 1 })),
    );
    this.#timer = this.#again();
  }

  /** Those that fire now. */
  firing(): readonly Alert[] {
    return this.#states.firing();
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#gauge[Symbol.dispose]();
  }

  #again(): Disposable {
    return this.#options.clock.after(LOOK_MS, () => {
      this.#look();
      this.#timer = this.#again();
    });
  }

  #look(): void {
    const { metrics, log, executions } = this.#options;
    const now = metrics.snapshot();
    const known = [...this.#snapshots, now];
    const newestOld = known.findLastIndex(({ atMs }) => now.atMs - atMs >= WINDOW_MS);
    this.#snapshots = known.slice(Math.max(0, newestOld));
    const before = newestOld < 0 ? undefined : known[newestOld];
    for (const { type, alert } of this.#states.look(alertReadings({ now, before, executions }), now.atMs)) {
      if (type === "firing") log.write("warn", "an alert is firing", fieldsOf(alert));
      else log.write("info", "an alert is resolved", fieldsOf(alert));
    }
  }
}

function fieldsOf({ alert, subject, server, value, threshold, lastedMs }: Alert): Parameters<Log["write"]>[2] {
  return { alert, subject, ...defined({ server }), value, threshold, lasted_ms: lastedMs };
}
