import { systemClock } from "../src/base/clock.ts";
import { isJsonObject } from "../src/base/json.ts";
import { callMeta } from "../src/calls/call-meta.ts";
import { CallRecord } from "../src/calls/call-record.ts";
import { type NamedStage, timedStages } from "../src/calls/timed-stages.ts";
import type { AuditLog } from "../src/ports/audit.ts";
import type { Log } from "../src/ports/log.ts";
import { GATE } from "./echo-calls.ts";
import { figure, type Figure, median } from "./figure.ts";
import { guardedPath, guardedRequest, guardedServer, makeCall } from "./guarded-path.ts";
import { inProcessClient, inProcessConnections } from "./in-process.ts";

const ROUNDS = 9;
const CALLS = 2_000;

/**
 * The mean time of a call in each stage of its path, as the log of level `trace` tells it. The floor is the time in a
 * stage that does nothing, which is the cost of looking: what a stage takes is the difference. `meta` comes before the
 * first stage, and `server` is the SDK's own client and server, in this process.
 */
export async function measureStages(audit: AuditLog): Promise<readonly Figure[]> {
  const server = guardedServer({ kind: "stdio", command: "none", args: [], env: {} });
  const times = new StageTimes();
  await using caller = guardedPath({ connections: inProcessConnections(await inProcessClient()), server, audit, log: times.log });
  const rounds: ReadonlyMap<string, number>[] = [];
  const looks: number[] = [];
  const metas: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (let index = 0; index < CALLS; index += 1) await makeCall(caller, guardedRequest(index));
    const means = times.takeMeans();
    const [look, meta] = [await meanOfLooking(), meanOfMeta()];
    // The first round pays for what is compiled once.
    if (round === 0) continue;
    rounds.push(means);
    looks.push(look);
    metas.push(meta);
  }
  const names = [...(rounds[0]?.keys() ?? [])];
  const stages = names.map((name) => ({ name, value: median(rounds.map((means) => means.get(name) ?? 0)), floor: median(looks) }));
  return [{ name: "meta", value: median(metas), floor: median(metas) }, ...stages].map(({ name, ...medians }) =>
    figure({ name: `call-path-stage-${name}`, unit: "us", rounds: ROUNDS, ...medians }),
  );
}

/** Takes the lines of the log that tell where the time of a call went. */
class StageTimes {
  readonly #sums = new Map<string, number>();
  #calls = 0;

  readonly log: Log = {
    enabled: (level) => level === "trace",
    write: (_, __, fields = {}) => {
      const stages = fields["stages_ms"];
      if (!isJsonObject(stages)) return;
      this.#calls += 1;
      for (const [name, ms] of Object.entries(stages)) this.#sums.set(name, (this.#sums.get(name) ?? 0) + Number(ms) * 1_000);
    },
  };

  /** In microseconds; begins anew. */
  takeMeans(): ReadonlyMap<string, number> {
    const means = new Map([...this.#sums].map(([name, sum]) => [name, sum / this.#calls]));
    this.#sums.clear();
    this.#calls = 0;
    return means;
  }
}

/** The mean time in one of several stages that do nothing. */
async function meanOfLooking(): Promise<number> {
  const times = new StageTimes();
  const stages = Array.from({ length: 14 }, (_, place): NamedStage => ({ name: `s${place}`, stage: (call, next) => next(call) }));
  const end = (): Promise<{ kind: "succeeded"; output: null }> => Promise.resolve({ kind: "succeeded", output: null });
  const path = timedStages(stages, end, { log: times.log, clock: systemClock });
  const { signal } = new AbortController();
  for (let index = 0; index < CALLS; index += 1) {
    const request = guardedRequest(index);
    await path({ request, meta: request.meta, gate: GATE, signal, record: new CallRecord(systemClock) });
  }
  const means = [...times.takeMeans()].flatMap(([name, mean]) => (name === "server" ? [] : [mean]));
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

/** The mean time to make the meta of a call. */
function meanOfMeta(): number {
  const startMs = performance.now();
  for (let index = 0; index < CALLS; index += 1) callMeta(guardedRequest(index));
  return ((performance.now() - startMs) * 1_000) / CALLS;
}
