import { defined } from "../base/defined.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import type { AccessConfig } from "../model/access.ts";
import { isLocalHost, openHostReason } from "../model/open-host.ts";
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
  checkHost(entry, about.access, within(reading, "host"));
  return {
    allowedHosts: allowedHosts.map((name) => name.toLowerCase()),
    allowedOrigins: allowedOrigins.map((origin) => origin.toLowerCase()),
    ...meant,
    ...defined({
      host: host === undefined ? undefined : bareHost(host),
      port,
      rate,
      dashboardPort: dashboardPort(entry, about.table),
      tls: tls === undefined ? undefined : listenTlsConfig(tls, within(reading, "tls"), around),
    }),
  };
}

/** Others may come in only where everybody says who they are, or where it is meant so. */
function checkHost({ host, insecure, tls }: ServeEntry, access: AccessConfig, reading: Reading): void {
  if (host === undefined || isLocalHost(host)) return;
  const warn = (message: string): void => report(reading, "open-host", message, { severity: "warning" });
  const reason = openHostReason({ host, access });
  if (reason !== undefined && insecure !== true) report(reading, "open-host", reason);
  else if (reason !== undefined) warn(`"${host}" can be reached from other machines, and everybody may do everything there`);
  else if (tls === undefined) {
    warn(`keys and tokens are sent unencrypted to "${host}": give "tls", or let only something reach it that takes https`);
  }
}

function dashboardPort({ dashboard = false }: ServeEntry, table: PortTable): number | undefined {
  if (typeof dashboard !== "boolean") return dashboard;
  return dashboard ? registeredFor(SERVICES.dashboard, table)?.port : undefined;
}

/** Without the brackets that addresses have where a port follows. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
