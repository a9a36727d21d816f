import { systemClock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { randomIds } from "../base/ids.ts";
import type { GuardedPorts, HttpApp } from "../http/guarded-app.ts";
import { limitedGate } from "../http/limited-gate.ts";
import { listen } from "../http/listen.ts";
import type { Listening } from "../http/listen.ts";
import { isLocalHost } from "../model/open-host.ts";
import type { Log } from "../ports/log.ts";
import type { MetricsStore } from "../telemetry/open-metrics.ts";
import { PROMETHEUS_CONTENT_TYPE } from "../telemetry/prometheus-text.ts";
import type { Config } from "./config.ts";
import type { Owner } from "./owner.ts";
import { namingAlternative } from "./service-port.ts";
import type { ServicePort } from "./service-port.ts";
import { servedHealth } from "./served-health.ts";

/** What answers at a port of a serving process. */
export interface ServedPortOptions {
  readonly owner: Owner;
  readonly place: ServicePort;
  readonly settings: Config["serve"];
  readonly metrics: MetricsStore;
  readonly log: Log;
  readonly version: string;
}

/** What is the same at every port. */
export function servedPorts({ owner, place, settings, metrics, log, version }: ServedPortOptions): GuardedPorts {
  return {
    gate: limitedGate({ gate: owner.gate, clock: systemClock, ...defined({ rate: settings.rate }) }),
    settings,
    wide: !isLocalHost(place.host),
    operator: {
      metrics: () => ({ text: metrics.prometheusText(), type: PROMETHEUS_CONTENT_TYPE }),
      health: servedHealth(owner.operations, (connection) => owner.healthChanges(connection)),
    },
    clock: systemClock,
    ids: randomIds,
    version,
    onFault: (error, { requestId, method, path }) =>
      logFault(log, "a request could not be answered", error, { request_id: requestId, method, path }),
  };
}

/**
 * Answers at a port with an application, which ends with it.
 *
 * @throws TuttiError `port.taken`, `usage`
 */
export async function listenWith(app: HttpApp, { place, settings, log }: ServedPortOptions): Promise<Listening> {
  const options = {
    ...place,
    ...defined({ tls: settings.tls }),
    clock: systemClock,
    note: (text: string) => log.write("warn", text),
    upgrade: app.upgrade,
  };
  await using resources = new AsyncDisposableStack();
  resources.use(app);
  const listening = await namingAlternative(place, async () => await listen(async (asked, from) => await app.fetch(asked, from), options));
  resources.move();
  return {
    ...listening,
    async [Symbol.asyncDispose]() {
      // Streams and sockets end before the listener waits for what is on its way.
      await app[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
    },
  };
}

/** Writes down what was not to happen, with all that is known of it. */
export function logFault(log: Log, message: string, error: unknown, fields: Readonly<Record<string, string>>): void {
  log.write("error", message, { ...fields, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
