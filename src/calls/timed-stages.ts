import type { Clock } from "../base/clock.ts";
import type { Log } from "../ports/log.ts";
import { logFields } from "./call-log-fields.ts";
import type { CallOnItsWay, CallStage, NextStage } from "./call-stage.ts";

/** A stage with the name under which its time is told. */
export interface NamedStage {
  readonly name: string;
  readonly stage: CallStage;
}

export interface TimedStagesPorts {
  readonly log: Log;
  readonly clock: Pick<Clock, "monotonicMs">;
}

/**
 * Joins stages and the end of their path. When the log takes lines of level `trace`, each call is followed by one that
 * says how long it was in each stage, without what came after that; else nothing is measured, and nothing costs anything.
 */
export function timedStages(stages: readonly NamedStage[], end: NextStage, ports: TimedStagesPorts): NextStage {
  if (!ports.log.enabled("trace"))
    return stages.reduceRight<NextStage>(
      (next, { stage }) =>
        (call) =>
          stage(call, next),
      end,
    );
  const clock = ports.clock;
  const timed = new TimesOfCalls(clock);
  const names = [...stages.map(({ name }) => name), SERVER];
  const last: NextStage = (call) => timed.during(SERVER, call, () => end(call));
  const path = stages.reduceRight<NextStage>((next, named) => timed.stage(named, next), last);
  return async (call) => {
    const startMs = clock.monotonicMs();
    try {
      return await path(call);
    } finally {
      const times = timed.take(call);
      // In the order of the path; a stage that was not reached is left out.
      const stagesMs = Object.fromEntries(names.flatMap((name) => timeOf(name, times.get(name))));
      const fields = { ...logFields(call), total_ms: rounded(clock.monotonicMs() - startMs), stages_ms: stagesMs };
      ports.log.write("trace", "where the time of a call went", fields);
    }
  };
}

/** What comes after all stages. */
const SERVER = "server";

function timeOf(name: string, ms: number | undefined): readonly (readonly [string, number])[] {
  return ms === undefined ? [] : [[name, rounded(ms)]];
}

class TimesOfCalls {
  readonly #clock: Pick<Clock, "monotonicMs">;
  /** Every stage hands on the record of its call, whatever else it changes. */
  readonly #times = new WeakMap<object, Map<string, number>>();

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** Measures the time of a stage in which none of the calls that it has handed on was on its way. */
  stage({ name, stage }: NamedStage, next: NextStage): NextStage {
    return async (call) => {
      const startMs = this.#clock.monotonicMs();
      let awayMs = 0;
      let away = 0;
      let sinceMs = 0;
      const onwards: NextStage = async (further) => {
        if (away === 0) sinceMs = this.#clock.monotonicMs();
        away += 1;
        try {
          return await next(further);
        } finally {
          away -= 1;
          if (away === 0) awayMs += this.#clock.monotonicMs() - sinceMs;
        }
      };
      try {
        return await stage(call, onwards);
      } finally {
        const endMs = this.#clock.monotonicMs();
        // A hedge may leave a call behind that is still on its way.
        this.#add(name, call, endMs - startMs - awayMs - (away === 0 ? 0 : endMs - sinceMs));
      }
    };
  }

  async during<T>(name: string, call: CallOnItsWay, work: () => Promise<T>): Promise<T> {
    const startMs = this.#clock.monotonicMs();
    try {
      return await work();
    } finally {
      this.#add(name, call, this.#clock.monotonicMs() - startMs);
    }
  }

  take({ record }: CallOnItsWay): ReadonlyMap<string, number> {
    return this.#times.get(record) ?? new Map<string, number>();
  }

  #add(name: string, { record }: CallOnItsWay, ms: number): void {
    const times = this.#times.get(record) ?? new Map<string, number>();
    this.#times.set(record, times.set(name, (times.get(name) ?? 0) + ms));
  }
}

/** To the microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
