import { TuttiError } from "../model/errors.ts";
import { openHostReason } from "../model/open-host.ts";
import { portTable, registeredFor, SERVICES } from "../model/port-table.ts";
import type { Config } from "./config.ts";
import { refuseReserved } from "./service-port.ts";
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
