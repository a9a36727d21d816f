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
  const { host, port, allowedHosts = [], allowedOrigins = [], tls, rate } = entry;
  const meant = entry.insecure === true ? ({ insecure: true } as const) : {};
  const reason = host === undefined ? undefined : openHostReason({ host, access: about.access, ...meant });
  if (reason !== undefined) report(within(reading, "host"), "open-host", reason);
  return {
    allowedHosts: allowedHosts.map((name) => name.toLowerCase()),
    allowedOrigins: allowedOrigins.map((origin) => origin.toLowerCase()),
    ...meant,
    ...defined({
      host: host === undefined ? undefined : bareHost(host),
      port,
      rate,
      dashboardPort: dashboardPort(entry, about.table, within(reading, "dashboard")),
      tls: tls === undefined ? undefined : listenTlsConfig(tls, within(reading, "tls"), around),
    }),
  };
}

function dashboardPort({ dashboard = false, port }: ServeEntry, table: PortTable, reading: Reading): number | undefined {
  if (typeof dashboard === "boolean") return dashboard ? registeredFor(SERVICES.dashboard, table)?.port : undefined;
  if (dashboard !== 0 && dashboard === port) {
    report(reading, "contradiction", `the dashboard needs a port of its own: ${port} is that of "port"`);
  }
  return dashboard;
}

/** Without the brackets that addresses have where a port follows. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
