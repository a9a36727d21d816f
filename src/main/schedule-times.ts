import { Cron } from "croner";

/** What is known of one schedule, as long as the time is between two of its moments. */
interface KnownTimes {
  /** Undefined when nobody can read it. */
  readonly cron: Cron | undefined;
  readonly fromMs: number;
  readonly lastMs: number | undefined;
  readonly nextMs: number;
}

/**
 * Finds out which moments of schedules have passed. What was found out about a schedule is kept until its next moment,
 * because looking for one that comes once in years, or never, takes milliseconds.
 */
export class ScheduleTimes {
  readonly #unreadable: (schedule: string, reason: string) => void;
  #known = new Map<string, KnownTimes>();
  #used = new Map<string, KnownTimes>();

  /** @param unreadable - is told once of each schedule that cannot be read: another version may have let it be stored */
  constructor(unreadable: (schedule: string, reason: string) => void) {
    this.#unreadable = unreadable;
  }

  /** The last moment behind one time and up to another, in the time zone of this process; undefined when there is none. */
  newest(schedule: string, afterMs: number, untilMs: number): number | undefined {
    const known = this.#used.get(schedule) ?? this.#known.get(schedule);
    const isCurrent = known !== undefined && untilMs >= known.fromMs && untilMs < known.nextMs;
    const times = isCurrent ? known : timesAt(known === undefined ? this.#read(schedule) : known.cron, untilMs);
    this.#used.set(schedule, times);
    const { lastMs } = times;
    return lastMs === undefined || lastMs <= afterMs ? undefined : lastMs;
  }

  /** Forgets the schedules that were not asked for since it was called last. */
  forgetUnused(): void {
    this.#known = this.#used;
    this.#used = new Map();
  }

  #read(schedule: string): Cron | undefined {
    try {
      return new Cron(schedule);
    } catch (error) {
      this.#unreadable(schedule, (error as Error).message);
      return undefined;
    }
  }
}

function timesAt(cron: Cron | undefined, untilMs: number): KnownTimes {
  const [last] = cron?.previousRuns(1, new Date(untilMs + 1)) ?? [];
  const next = cron?.nextRun(new Date(untilMs));
  return { cron, fromMs: untilMs, lastMs: last?.getTime(), nextMs: next?.getTime() ?? Number.POSITIVE_INFINITY };
}
