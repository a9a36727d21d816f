import { randomUUID } from "node:crypto";
import { lstatSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { holdsFile, writeReplicas } from "./object-files.ts";
import type { StoredObject } from "./stored-version.ts";
import { flushFolder, MENDING, type Zone } from "./zones.ts";

/** Which zones have an object, and how others get it. */
export interface Replicas {
  available(): Zone[];
  /** The zones that can take so many bytes, the emptiest first. */
  taking(bytes: number): Zone[];
  /** The zones that have a file of its size in its place. */
  holding(object: StoredObject): Zone[];
  /** Makes an object of what was written as incoming, and gives the zones in which that went well. */
  place(object: Pick<StoredObject, "tenant" | "sha256">, id: string, zones: readonly Zone[]): Zone[];
  /** Copies it from a zone that has it to those that are bad, and to others until there are enough. Gives the zones that got it. */
  complete(object: StoredObject, good: Zone, how: Completing): Promise<Zone[]>;
}

export interface Completing {
  /** What they have in its place is not the object. */
  readonly bad: readonly Zone[];
  readonly signal: AbortSignal;
}

/** What a zone keeps free. */
const RESERVE_BYTES = 16 * 2 ** 20;

export function openReplicas(zones: readonly Zone[]): Replicas {
  const available = (): Zone[] => zones.filter((zone) => zone.available());
  const taking = (bytes: number): Zone[] =>
    available()
      .filter((zone) => zone.free() > bytes + RESERVE_BYTES)
      .toSorted((one, other) => other.free() - one.free());
  const holding = (object: StoredObject): Zone[] =>
    available().filter((zone) => holdsFile(zone.object(object.tenant, object.sha256), object.bytes));
  return {
    available,
    taking,
    holding,
    place,
    async complete(object, good, { bad, signal }) {
      const holders = holding(object).filter((zone) => !bad.includes(zone));
      const others = taking(object.bytes).filter((zone) => !holders.includes(zone));
      const badFirst = others.toSorted((one, other) => Number(bad.includes(other)) - Number(bad.includes(one)));
      const wanted = badFirst.slice(0, Math.max(bad.length, object.replication - holders.length));
      return await bring({ object, from: good, to: wanted }, signal).catch(() => []);
    },
  };
}

interface Bringing {
  readonly object: StoredObject;
  readonly from: Zone;
  readonly to: readonly Zone[];
}

async function bring({ object, from, to }: Bringing, signal: AbortSignal): Promise<Zone[]> {
  const source = from.object(object.tenant, object.sha256);
  if (source === undefined || to.length === 0) return [];
  const id = `${MENDING}${randomUUID()}`;
  try {
    const written = await writeReplicas({ path: source, bytes: object.bytes }, incomingOf(to, id), signal);
    if (written.sha256 !== object.sha256) return [];
    return place(
      object,
      id,
      to.filter(({ name }) => written.names.includes(name)),
    );
  } finally {
    for (const zone of to) ignoring(() => rmSync(zone.incoming(id), { force: true }));
  }
}

function place(object: Pick<StoredObject, "tenant" | "sha256">, id: string, zones: readonly Zone[]): Zone[] {
  return zones.filter((zone) =>
    ignoring(() => {
      const path = zone.objectToWrite(object.tenant, object.sha256);
      // Over a folder nothing can be renamed.
      if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(path, { recursive: true });
      renameSync(zone.incoming(id), path);
      flushFolder(dirname(path));
      flushFolder(dirname(dirname(path)));
    }),
  );
}

/** Where an upload is written in each zone before it is an object. */
export function incomingOf(zones: readonly Zone[], id: string): { readonly name: string; readonly path: () => string }[] {
  return zones.map((zone) => ({ name: zone.name, path: () => zone.incoming(id) }));
}

/** Whether something is in the place of an object, or on the way to it. */
export function isInPlace(path: string | undefined): boolean {
  return path === undefined || lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Whether it went well. For what is tried again later, and over which nobody is to fail. */
export function ignoring(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
