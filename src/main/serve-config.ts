import { defined } from "../base/defined.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import type { AccessConfig } from "../model/access.ts";
import { openHostReason } from "../model/open-host.ts";
import { registeredFor, SERVICES } from "../model/port-table.ts";
import type { PortTable } from "../model/port-table.ts";
import type { ServeSettings } from "../model/serve-settings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import { listenTlsConfig } from "./listen-tls-config.ts";
import type { ServeEntry } from "./serve-entry.ts";

/** What else a configuration says that matters to `serve`. */
export interface ServeSurroundings {
  readonly access: AccessConfig;
  readonly table: PortTable;
}

/** Makes the final settings of `serve`. What contradicts itself or the rest of the file is reported. */
export function serveConfig(entry: ServeEntry, about: ServeSurroundings, reading: Reading, around: EntrySurroundings): ServeSettings {
  const { host, port, allowedHosts = [], allowedOrigins = [], tls, rate, dashboard } = entry;
  const meant = entry.insecure === true ? ({ insecure: true } as const) : {};
  const reason = host === undefined ? undefined : openHostReason({ host, access: about.access, ...meant });
  if (reason !== undefined) report(within(reading, "host"), "open-host", reason);
  const usual = registeredFor(SERVICES.dashboard, about.table)?.port;
  const dashboardPort = dashboard === true ? usual : dashboard === false ? undefined : dashboard;
  if (dashboardPort !== undefined && dashboardPort !== 0 && dashboardPort === port) {
    report(within(reading, "dashboard"), "contradiction", `the dashboard needs a port of its own: ${port} is that of "port"`);
  }
  return {
    allowedHosts: allowedHosts.map((name) => name.toLowerCase()),
    allowedOrigins: allowedOrigins.map((origin) => origin.toLowerCase()),
    ...meant,
    ...defined({
      host: host === undefined ? undefined : bareHost(host),
      port,
      rate,
      dashboardPort,
      tls: tls === undefined ? undefined : listenTlsConfig(tls, within(reading, "tls"), around),
    }),
  };
}

/** Without the brackets that addresses have where a port follows. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
