import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { confinedPath, confinedPathToWrite } from "../kit/files/confined-path.ts";
import { flush } from "../kit/files/exchange.ts";
import type { State } from "../kit/state/state.ts";

/*
 * Z1. A zone is known by its marker: a folder without it, or with that of another, is none. So nothing is written into the
 *     empty folder on which a disk should be mounted.
 */

/** The statements that make its table. */
export const ZONES_SCHEMA = `CREATE TABLE zones (folder TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;`;

/** A folder that holds one copy of each object, on a disk of its own where there is one. */
export interface Zone {
  /** `zone-1` and so on, in the order of the setting. */
  readonly name: string;
  /** What is in its marker. Undefined when it could never be had. */
  readonly id: string | undefined;
  /** Its marker is there (Z1). */
  available(): boolean;
  /** Bytes; 0 when nobody knows. */
  free(): number;
  /** Where an object is, or would be. Undefined when something on the way is not what it should be, such as a link. */
  object(tenant: string, sha256: string): string | undefined;
  /** The same, with the folder made. @throws Error - the zone does not take it */
  objectToWrite(tenant: string, sha256: string): string;
  /** Where something is written before it is an object. @throws Error - the zone does not take it */
  incoming(id: string): string;
  /** Takes away what was brought here to mend, and has not become an object for an hour. */
  removeOldIncoming(): void;
}

const MARKER = "tutti-zone";
const HOUR_MS = 3_600_000;

/** How the names of what is brought to a zone to mend it begin. Uploads are in the index, and these are not. */
export const MENDING = "mend-";

/** Zones that are new get their folders. One that cannot be had is there, and not available. */
export function openZones(folders: readonly string[], state: State): readonly Zone[] {
  const places = folders.map((folder) => resolve(folder));
  if (new Set(places).size < places.length) throw new Error("STORAGE_DIRS names a folder twice");
  return places.map((folder, index) => openZone(`zone-${index + 1}`, folder, state));
}

function openZone(name: string, folder: string, state: State): Zone {
  const id = state.transaction(() => knownId(folder, state));
  const relative = (tenant: string, sha256: string): string => `objects/${folderOf(tenant)}/${sha256.slice(0, 2)}/${sha256}`;
  return {
    name,
    id,
    available() {
      if (id === undefined) return false;
      if (readMarker(folder) === "") invite(folder, id);
      return readMarker(folder) === id;
    },
    free() {
      try {
        const { bavail, bsize } = statfsSync(folder);
        return bavail * bsize;
      } catch {
        return 0;
      }
    },
    object(tenant, sha256) {
      try {
        return confinedPath(realpathSync(folder), relative(tenant, sha256));
      } catch {
        return undefined;
      }
    },
    objectToWrite(tenant, sha256) {
      const path = relative(tenant, sha256);
      // What is in the place of the object itself is replaced, whatever it is.
      confinedPathToWrite(realpathSync(folder), `${path}.beside`);
      return join(realpathSync(folder), path);
    },
    incoming: (upload) => confinedPathToWrite(realpathSync(folder), `incoming/${upload}`),
    removeOldIncoming() {
      const incoming = dirname(confinedPathToWrite(realpathSync(folder), "incoming/any"));
      for (const found of readdirSync(incoming)) {
        const ageMs = Date.now() - lstatSync(join(incoming, found)).mtimeMs;
        if (found.startsWith(MENDING) && ageMs > HOUR_MS) rmSync(join(incoming, found), { force: true });
      }
    },
  };
}

/** Undefined when the folder cannot be had now: it is tried again at the next start. */
function knownId(folder: string, { database }: State): string | undefined {
  const known = database.prepare("SELECT id FROM zones WHERE folder = ?").get(folder)?.["id"];
  if (known !== undefined) return String(known);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const id = readMarker(folder) ?? "";
    const own = id === "" ? randomUUID() : id;
    if (id === "") writeMarker(folder, own);
    database.prepare("INSERT INTO zones (folder, id) VALUES (?, ?)").run(folder, own);
    return own;
  } catch {
    return undefined;
  }
}

/** Undefined when there is none. */
function readMarker(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, MARKER), "utf8").trim().slice(0, 100);
  } catch {
    return undefined;
  }
}

/** An empty marker is how whoever runs the server says that a new disk takes the place of the zone. */
function invite(folder: string, id: string): void {
  try {
    writeMarker(folder, id);
  } catch {
    // It cannot be written, so it is no zone.
  }
}

function writeMarker(folder: string, id: string): void {
  const beside = join(folder, `${MARKER}.${randomUUID()}`);
  writeFileSync(beside, `${id}\n`, { mode: 0o600 });
  flush(beside);
  renameSync(beside, join(folder, MARKER));
  flushFolder(folder);
}

/** After this, names that were made or moved in the folder survive a power cut. */
export function flushFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A tenant may be called anything: its hash is a name that every disk takes. */
export function folderOf(tenant: string): string {
  return createHash("sha256").update(tenant).digest("hex").slice(0, 32);
}
