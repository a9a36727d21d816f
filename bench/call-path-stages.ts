import { isJsonObject, type JsonObject } from "../src/base/json.ts";
import { callMeta } from "../src/calls/call-meta.ts";
import type { AuditLog } from "../src/ports/audit.ts";
import type { Log } from "../src/ports/log.ts";
import { figure, type Figure, median } from "./figure.ts";
import { guardedPath, guardedRequest, guardedServer, makeCall } from "./guarded-path.ts";
import { inProcessClient, inProcessConnections } from "./in-process.ts";

const ROUNDS = 9;
const CALLS = 2_000;

/** Of the calls, the quickest: what the machine did in the middle of the others says nothing of the stages. */
const KEPT = 0.8;

/**
 * The mean time of a call in each stage of its path, as the log of level `trace` tells it, to the microsecond. The floor is
 * the whole call, so that the ratio is the part of it. `meta` comes before the first stage, and `server` is the SDK's own
 * client and server, in this process.
 */
export async function measureStages(audit: AuditLog): Promise<readonly Figure[]> {
  const server = guardedServer({ kind: "stdio", command: "none", args: [], env: {} });
  const times = new StageTimes();
  await using caller = guardedPath({ connections: inProcessConnections(await inProcessClient()), server, audit, log: times.log });
  const rounds: ReadonlyMap<string, number>[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (let index = 0; index < CALLS; index += 1) await makeCall(caller, guardedRequest(index));
    const means = new Map([["meta", meanOfMeta()], ...times.takeMeans()]);
    // The first round pays for what is compiled once.
    if (round > 0) rounds.push(means);
  }
  const stages = [...(rounds[0]?.keys() ?? [])].map((name) => ({ name, value: median(rounds.map((means) => means.get(name) ?? 0)) }));
  const whole = stages.reduce((sum, { value }) => sum + value, 0);
  return stages.map(({ name, value }) => figure({ name: `call-path-stage-${name}`, unit: "us", rounds: ROUNDS, value, floor: whole }));
}

/** Takes the lines of the log that tell where the time of a call went. */
class StageTimes {
  #calls: { readonly totalMs: number; readonly stages: JsonObject }[] = [];

  readonly log: Log = {
    enabled: (level) => level === "trace",
    write: (_, __, { stages_ms: stages, total_ms: totalMs } = {}) => {
      if (isJsonObject(stages)) this.#calls.push({ totalMs: Number(totalMs), stages });
    },
  };

  /** In microseconds, by stage; begins anew. */
  takeMeans(): ReadonlyMap<string, number> {
    const quickest = this.#calls.toSorted((left, right) => left.totalMs - right.totalMs).slice(0, this.#calls.length * KEPT);
    this.#calls = [];
    const sums = new Map<string, number>();
    for (const { stages } of quickest) {
      for (const [name, ms] of Object.entries(stages)) sums.set(name, (sums.get(name) ?? 0) + Number(ms) * 1_000);
    }
    return new Map([...sums].map(([name, sum]) => [name, sum / quickest.length]));
  }
}

/** The mean time to make the meta of a call. */
function meanOfMeta(): number {
  const startMs = performance.now();
  for (let index = 0; index < CALLS; index += 1) callMeta(guardedRequest(index));
  return ((performance.now() - startMs) * 1_000) / CALLS;
}
