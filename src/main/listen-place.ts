import { TuttiError } from "../model/errors.ts";
import { openHostReason } from "../model/open-host.ts";
import { portTable, registeredFor, SERVICES } from "../model/port-table.ts";
import type { ClusterSettings } from "../model/serve-settings.ts";
import type { Config } from "./config.ts";
import { namingAlternative, refuseReserved } from "./service-port.ts";
import type { ServicePort } from "./service-port.ts";

const LOOPBACK = "127.0.0.1";

/**
 * Where a process with this configuration listens for one of its services. Whether somebody else listens there is not
 * asked yet.
 *
 * @throws TuttiError `port.reserved`; `usage` - other machines could reach it, and nobody is asked who they are
 */
export async function listenPlace(
  service: keyof typeof SERVICES,
  config: Pick<Config, "serve" | "cluster" | "ports" | "access">,
): Promise<ServicePort> {
  const { serve, cluster, access } = config;
  const host = (service === "cluster" ? cluster?.host : serve.host) ?? LOOPBACK;
  // Machines of a cluster have to prove who they are in any case.
  const reason = service === "cluster" ? undefined : openHostReason({ ...serve, host, access });
  if (reason !== undefined) throw new TuttiError("usage", reason, {});
  const table = portTable(config.ports);
  const asked = { server: serve.port, cluster: cluster?.port, dashboard: serve.dashboardPort }[service];
  const place = { service: SERVICES[service], host, port: asked ?? registeredFor(SERVICES[service], table)?.port ?? 0, table };
  await refuseReserved(place);
  return place;
}

/**
 * Opens what listens for the machines of a cluster, if there is one, at the place that it has.
 *
 * @throws TuttiError `port.reserved`; `port.taken`, with a port that is free
 */
export async function withClusterPlace<T>(
  config: Parameters<typeof listenPlace>[1],
  open: (cluster: ClusterSettings | undefined) => Promise<T>,
): Promise<T> {
  const { cluster } = config;
  if (cluster === undefined) return await open(undefined);
  const place = await listenPlace("cluster", config);
  const { host, port } = place;
  return await namingAlternative(place, async () => await open({ ...cluster, host, port }));
}
