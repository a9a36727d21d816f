import type { Clock } from "../base/clock.ts";
import { sleep } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Ms } from "../base/duration.ts";
import { isBad } from "../model/health.ts";
import type { ServerRecord } from "../model/server-record.ts";
import type { Discovery } from "../ports/discovery.ts";

export interface DiscoverPatientlyPorts {
  readonly discovery: Discovery;
  readonly clock: Clock;
}

const TRIES_MAX = 3;
const PAUSE_MS: Ms = 500;

/** Of all tries together: one that would take longer is given up, and what was known before is what is told. */
const WITHIN_MS: Ms = 10_000;

/**
 * Finds out what servers are, and asks those that do not answer again: a server that is just being started anew is none
 * that is down.
 *
 * @throws TuttiError `server.not-found`
 */
export async function discoverPatiently(
  names: readonly string[] | undefined,
  ports: DiscoverPatientlyPorts,
  signal: AbortSignal,
): Promise<readonly ServerRecord[]> {
  const endMs = ports.clock.monotonicMs() + WITHIN_MS;
  const records = await ports.discovery.discover(names, signal);
  return await Promise.all(records.map(async (record) => await askAgain(record, endMs, ports, signal)));
}

async function askAgain(first: ServerRecord, endMs: Ms, ports: DiscoverPatientlyPorts, signal: AbortSignal): Promise<ServerRecord> {
  const { discovery, clock } = ports;
  let record = first;
  for (let tries = 1; tries < TRIES_MAX && isBad(record.health.status); tries += 1) {
    const leftMs = endMs - clock.monotonicMs() - PAUSE_MS;
    if (leftMs <= 0) return record;
    await sleep(clock, PAUSE_MS, signal);
    using limit = deadline(clock, signal, leftMs, () => new Error("health was not found out in time"));
    const again = await discovery.discover([first.serverId], limit.signal).catch((error: unknown) => {
      if (limit.signal.aborted && !signal.aborted) return undefined;
      throw error;
    });
    if (again === undefined) return record;
    record = again.find(({ serverId }) => serverId === first.serverId) ?? record;
  }
  return record;
}
