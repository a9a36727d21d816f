import { quoted } from "../base/visible.ts";
import { defined } from "../base/defined.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import type { AccessConfig } from "../model/access.ts";
import { portTable } from "../model/port-table.ts";
import type { PortTable } from "../model/port-table.ts";
import type { AnalyticsSettings, ClusterSettings, ServeSettings } from "../model/serve-settings.ts";
import { clusterConfig } from "./cluster-config.ts";
import { absolutePath, expanded } from "./entry-surroundings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import { serveConfig } from "./serve-config.ts";
import type { ServingEntry } from "./serving-entry.ts";

/** What a process that serves is told, final. */
export interface ServingConfig {
  readonly serve: ServeSettings;
  /** Undefined when no other machine may come in. */
  readonly cluster?: ClusterSettings;
  readonly analytics?: AnalyticsSettings;
  /** Absolute. */
  readonly patternDirectory?: string;
  /** Ports by service, in place of those of the table, or beside them. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Makes the final settings of a process that serves. What is wrong with them is reported. */
export function servingConfig(entry: ServingEntry, access: AccessConfig, root: Reading, around: EntrySurroundings): ServingConfig {
  const { serve = {}, cluster, analytics, patternDirectory, ports = {} } = entry;
  const table = portTable(ports);
  checkPorts(ports, table, within(root, "ports"));
  checkOwnPorts(entry, root);
  return {
    serve: serveConfig(serve, { access, table }, within(root, "serve"), around),
    ports,
    ...defined({
      cluster: cluster === undefined ? undefined : clusterConfig(cluster, within(root, "cluster"), around),
      analytics: analytics === undefined ? undefined : analyticsConfig(analytics, within(within(root, "analytics"), "url"), around),
      patternDirectory: patternDirectory === undefined ? undefined : absolutePath(patternDirectory, around),
    }),
  };
}

/** A port that a configuration gives to one service must not be that of another one. */
function checkPorts(ports: Readonly<Record<string, number>>, table: PortTable, reading: Reading): void {
  for (const [service, port] of Object.entries(ports)) {
    const other = table.find((entry) => entry.port === port && entry.service !== service);
    if (other === undefined) continue;
    const message = `port ${port} is registered for ${other.service}: choose another one, or give ${other.service} another one here`;
    report(within(reading, service), "contradiction", message);
  }
}

/** What one process listens for at one address. */
function checkOwnPorts({ serve, cluster }: ServingEntry, root: Reading): void {
  const dashboard = typeof serve?.dashboard === "number" ? serve.dashboard : undefined;
  const given = [
    { keys: ["serve", "port"], port: serve?.port },
    { keys: ["serve", "dashboard"], port: dashboard },
    { keys: ["cluster", "port"], port: cluster?.port },
  ];
  for (const [index, { keys, port }] of given.entries()) {
    const other = given.slice(0, index).find((one) => one.port === port);
    if (port === undefined || port === 0 || other === undefined) continue;
    const message = `${port} is that of ${other.keys.join(".")} already: each needs a port of its own`;
    report(keys.reduce(within, root), "contradiction", message);
  }
}

function analyticsConfig(
  { url: written }: { readonly url: string },
  at: Reading,
  around: EntrySurroundings,
): AnalyticsSettings | undefined {
  const before = at.findings.errors.length;
  const url = expanded(written, at, around);
  if (at.findings.errors.length > before) return undefined;
  if (/^https?:$/.test(URL.parse(url)?.protocol ?? "")) return { url };
  return report(at, "invalid-text", `${quoted(written)} is no address - it begins with https:// or http://`);
}
