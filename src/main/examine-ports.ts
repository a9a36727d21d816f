import type { Diagnosis } from "../cli/host.ts";
import { isTuttiError } from "../model/errors.ts";
import type { SERVICES } from "../model/port-table.ts";
import { readOwnerNote } from "../sqlite/owner-note.ts";
import type { Config } from "./config.ts";
import { listenPlace } from "./listen-place.ts";
import { portHolder } from "./port-holder.ts";
import { isFree, portTaken } from "./service-port.ts";
import type { ServicePort } from "./service-port.ts";

/** Whether `tutti serve` could have its ports. They are bound for a moment. */
export async function examinePorts(config: Config): Promise<readonly Diagnosis[]> {
  const services: (keyof typeof SERVICES)[] = ["server"];
  if (config.cluster !== undefined) services.push("cluster");
  if (config.serve.dashboardPort !== undefined) services.push("dashboard");
  return await Promise.all(services.map(async (service) => await examinePort(service, config)));
}

async function examinePort(service: keyof typeof SERVICES, config: Config): Promise<Diagnosis> {
  const area = "ports";
  try {
    const place = await listenPlace(service, config);
    const { port, host } = place;
    if (port === 0) return { area, status: "ok", message: `${service}: any port that is free` };
    if (await isFree(place)) return { area, status: "ok", message: `${service}: port ${port} of ${host} is free` };
    return await taken(service, place, readOwnerNote(config.dataDirectory)?.pid);
  } catch (error) {
    if (!isTuttiError(error)) throw error;
    return { area, status: "bad", message: `${service}: ${error.message}` };
  }
}

async function taken(service: string, place: ServicePort, owner: number | undefined): Promise<Diagnosis> {
  const area = "ports";
  const holder = portHolder(place.port);
  if (holder !== undefined && holder.pid === owner) {
    return { area, status: "ok", message: `${service}: port ${place.port} is that of 'tutti serve' here, process ${holder.pid}` };
  }
  const { message } = await portTaken(place);
  const who = holder === undefined ? "" : ` (process ${holder.pid}, ${holder.name})`;
  const advice = "it only matters to 'tutti serve', which takes another one with --port or serve.port";
  return { area, status: "warn", message: `${service}: ${message.replace(" by another program", `$&${who}`)}`, advice };
}
