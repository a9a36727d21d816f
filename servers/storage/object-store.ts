import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { ToolError } from "tutti/server";
import { copyVerified, type Sink, writeReplicas } from "./object-files.ts";
import { ignoring, incomingOf, isInPlace, openReplicas, type Replicas } from "./replicas.ts";
import type { StorageIndex } from "./storage-index.ts";
import type { StoredObject } from "./stored-version.ts";
import type { Zone } from "./zones.ts";

/*
 * O1. An object is placed by renaming a file that is whole, on the disk, and has the hash that the object is named for.
 * O2. What is read of an object is hashed; nothing is given that does not have its hash.
 */

/** The contents of files, named for their hashes, with a copy in several zones. */
export interface ObjectStore {
  /**
   * Puts the content into zones and writes the upload down. When it is in the index, or is not to be, `release` it.
   *
   * @throws ToolError - fewer zones than most of those that are wanted have taken it
   */
  put(source: PutSource): Promise<PutObject>;
  release(id: string): void;
  /** Writes the content to the path, and mends the replicas that turn out to be bad. @throws ToolError - no zone has it */
  copyTo(object: StoredObject, sink: Sink, signal: AbortSignal): Promise<ReadObject>;
  /** The zones that have a file of its size in its place. */
  holders(object: StoredObject): readonly string[];
  /** Puts replicas where there are fewer than wanted. Gives how many of those that are missing cannot be had. */
  mend(object: StoredObject, signal: AbortSignal): Promise<number>;
  /** Takes away what killed processes and removed versions have left. */
  tidy(): void;
}

export interface PutSource {
  readonly tenant: string;
  readonly path?: string;
  readonly content?: Buffer;
  readonly bytes: number;
  readonly replication: number;
  readonly signal: AbortSignal;
  /** Looks at the copy in a zone before it is an object. @throws ToolError - it is not to be stored */
  readonly check?: (path: string, sha256: string) => void;
}

export interface PutObject {
  /** Of the upload. */
  readonly id: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly replicas: readonly string[];
}

export interface ReadObject {
  /** The zone that it came from. */
  readonly replica: string;
  /** Zones whose replica was bad or missing, and is good now. */
  readonly repaired: readonly string[];
}

export function objectStore(zones: readonly Zone[], index: StorageIndex): ObjectStore {
  const replicas = openReplicas(zones);
  const collect = (): void => {
    for (const zone of replicas.available()) {
      index.collect(zone.id ?? "", (tenant, sha256) => {
        const place = zone.object(tenant, sha256);
        if (place !== undefined) rmSync(place, { recursive: true, force: true });
      });
    }
  };
  const release = (id: string): void => {
    for (const zone of replicas.available()) ignoring(() => rmSync(zone.incoming(id), { force: true }));
    index.release(id);
    ignoring(collect);
  };
  return {
    release,
    holders: (object) => replicas.holding(object).map(({ name }) => name),
    async put(source) {
      const id = randomUUID();
      index.begin({ id, tenant: source.tenant, bytes: source.bytes });
      try {
        return await put(source, id, replicas, index);
      } catch (error) {
        release(id);
        throw error;
      }
    },
    async copyTo(object, sink, signal) {
      const bad: Zone[] = [];
      for (const zone of replicas.available()) {
        const path = zone.object(object.tenant, object.sha256);
        if (path !== undefined && (await copyVerified(path, object, sink, signal))) {
          const repaired = await replicas.complete(object, zone, { bad, signal });
          return { replica: zone.name, repaired: repaired.map(({ name }) => name) };
        }
        if (isInPlace(path)) bad.push(zone);
      }
      throw new ToolError(`none of ${zones.length} zones has a good copy of ${object.sha256} now`, { type: "External" });
    },
    async mend(object, signal) {
      const holders = replicas.holding(object);
      const missing = Math.min(object.replication, zones.length) - holders.length;
      if (missing <= 0) return 0;
      // A copy that is bad shows in its hash when it is brought to another zone: the next one is tried then.
      for (const zone of holders) {
        const brought = await replicas.complete(object, zone, { bad: [], signal });
        if (brought.length > 0) return missing - brought.length;
      }
      return missing;
    },
    tidy() {
      for (const id of index.abandoned()) release(id);
      for (const zone of replicas.available()) ignoring(() => zone.removeOldIncoming());
      ignoring(collect);
    },
  };
}

async function put(source: PutSource, id: string, replicas: Replicas, index: StorageIndex): Promise<PutObject> {
  const { tenant, bytes, replication, signal } = source;
  const targets = replicas.taking(bytes).slice(0, replication);
  const quorum = Math.floor(replication / 2) + 1;
  checkQuorum(targets.length, quorum);
  const { sha256, names } = await writeReplicas(source, incomingOf(targets, id), signal);
  const written = targets.filter(({ name }) => names.includes(name));
  checkQuorum(written.length, quorum);
  for (const zone of written.slice(0, 1)) source.check?.(zone.incoming(id), sha256);
  index.name(id, sha256);
  const placed = replicas.place({ tenant, sha256 }, id, written); // O1
  checkQuorum(placed.length, quorum);
  return { id, sha256, bytes, replicas: placed.map(({ name }) => name).toSorted() };
}

function checkQuorum(zones: number, quorum: number): void {
  if (zones >= quorum) return;
  throw new ToolError(`${zones} zones can take it, and at least ${quorum} are needed: the others are gone or full`, { type: "External" });
}
