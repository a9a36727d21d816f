import { createServer } from "node:net";
import { defined } from "../base/defined.ts";
import { quoted } from "../base/visible.ts";
import { isTuttiError, TuttiError } from "../model/errors.ts";
import { allocationOf, alternativesFor, registeredFor } from "../model/port-table.ts";
import type { PortTable } from "../model/port-table.ts";
import { errorCode } from "../sqlite/data-directory.ts";

/** A port that a service wants to listen at. */
export interface ServicePort {
  /** By the name of the table. */
  readonly service: string;
  /** 0 for any that is free, which is always allowed. */
  readonly port: number;
  /** A name or an address of this machine. */
  readonly host: string;
  readonly table: PortTable;
}

/**
 * Makes sure that a service may have a port and can have it now. It has been bound, and is free again.
 *
 * A port that is nobody's may be had by every service of the table: whoever names it has chosen it.
 *
 * @throws TuttiError `port.reserved`, `port.taken`; `usage` - there is no such address here, or the port may not be had
 */
export async function validateServicePort(wanted: ServicePort): Promise<void> {
  await refuseReserved(wanted);
  if (wanted.port === 0 || (await isFree(wanted))) return;
  throw await portTaken(wanted);
}

/** The half of {@link validateServicePort} that needs only the table. @throws TuttiError `port.reserved` */
export async function refuseReserved(wanted: ServicePort): Promise<void> {
  const { service, port, table } = wanted;
  const own = registeredFor(service, table);
  if (own === undefined) {
    const message = `${quoted(service)} is not registered in the table of ports: write "ports: { ${service}: ${port === 0 ? 8200 : port} }" in tutti.yaml`;
    throw new TuttiError("port.reserved", message, { port, service });
  }
  const holder = allocationOf(port, table);
  if (port === 0 || holder === undefined || holder.service === service) return;
  const alternative = await freePort(wanted);
  const message = `port ${port} is registered for ${holder.service}; ${service} has ${own.port}${shown(alternative)}`;
  throw new TuttiError("port.reserved", message, { port, service, registeredFor: holder.service, ...defined({ alternative }) });
}

/** The refusal of a port at which somebody else listens, with one that is free. */
export async function portTaken(wanted: ServicePort): Promise<TuttiError<"port.taken">> {
  const { port, host } = wanted;
  const alternative = await freePort(wanted);
  const message = `port ${port} of ${host} is taken by another program: end that, or choose another port${shown(alternative)}`;
  return new TuttiError("port.taken", message, { port, ...defined({ alternative }) });
}

/** Listens somewhere; a port that somebody else has taken is refused with one that is free. */
export async function namingAlternative<T>(wanted: ServicePort, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    throw isTuttiError(error, "port.taken") ? await portTaken(wanted) : error;
  }
}

function shown(alternative: number | undefined): string {
  return alternative === undefined ? "" : `; free and unreserved: ${alternative}`;
}

/** Ports that are tried before nothing is suggested. */
const TRIES_MAX = 100;

async function freePort({ service, host, table }: ServicePort): Promise<number | undefined> {
  for (const port of alternativesFor(registeredFor(service, table)?.type, table).slice(0, TRIES_MAX)) {
    if (await isFree({ host, port })) return port;
  }
  return undefined;
}

/**
 * Whether nobody listens there: it is bound for a moment, on the very address that is meant.
 *
 * @throws TuttiError `usage` - it could not be bound, and not because somebody else has it
 */
export async function isFree({ host, port }: Pick<ServicePort, "host" | "port">): Promise<boolean> {
  const probe = createServer();
  return await new Promise<boolean>((resolve, reject) => {
    probe.once("error", (error) => {
      if (errorCode(error) === "EADDRINUSE") resolve(false);
      else reject(new TuttiError("usage", `port ${port} of ${host} cannot be had: ${error.message}`, {}, { cause: error }));
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
