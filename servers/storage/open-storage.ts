import { join, resolve } from "node:path";
import { openExchange } from "../kit/files/exchange.ts";
import { referenceServer, type ServerStatus } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, exchangeDirectory, listSetting, numberSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import { backupData } from "./backup-data.ts";
import { openBackups } from "./backups.ts";
import { downloadFile } from "./download-file.ts";
import { listFiles } from "./list-files.ts";
import { type Mending, startMending } from "./mending.ts";
import { objectStore } from "./object-store.ts";
import { INDEX_SCHEMA, type StorageIndex, storageIndex } from "./storage-index.ts";
import { storagePrefix } from "./storage-path.ts";
import type { StoragePolicy } from "./storage-service.ts";
import { uploadFile } from "./upload-file.ts";
import { openZones, type Zone, ZONES_SCHEMA } from "./zones.ts";

const REPLICATION = 3;
const ZONES_MAX = 16;

/** @throws Error - a setting makes no sense */
export function openStorage(environment: Environment): OpenServer {
  const directory = stateDirectory("storage", environment);
  const folders = zoneFolders(environment, directory);
  const policy = policyOf(environment, folders.length);
  const quotaBytes = numberSetting(environment, "QUOTA_BYTES", { fallback: 10 * 2 ** 30, min: 1, max: Number.MAX_SAFE_INTEGER });
  const mendMs = 60_000 * numberSetting(environment, "MEND_MINUTES", { fallback: 10, min: 1, max: 1_440 });
  const state = openState({ path: join(directory, "storage.sqlite"), schema: [ZONES_SCHEMA, INDEX_SCHEMA] });
  const zones = openZones(folders, state);
  const index = storageIndex(state, quotaBytes);
  const objects = objectStore(zones, index);
  const root = resolve(textSetting(environment, "BACKUP_DIR") ?? join(directory, "backups"));
  const backups = openBackups({ root, state, index, objects });
  backups.tidy();
  objects.tidy();
  const mending = startMending(index, objects, mendMs);
  const service = { index, objects, backups, policy, exchange: openExchange(exchangeDirectory(environment)) };
  return {
    server: referenceServer({
      name: "storage",
      instructions: "Keeps files in several zones, with versions, and makes backups. Files come from the exchange and go there.",
      state,
      tools: [uploadFile(service), downloadFile(service), listFiles(service), backupData(service)],
      status: () => statusOf(zones, index, mending, policy),
    }),
    async [Symbol.asyncDispose]() {
      await mending[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}

function statusOf(zones: readonly Zone[], index: StorageIndex, { missing }: Mending, { sealedPrefixes }: StoragePolicy): ServerStatus {
  const found = zones.map((zone) => ({ zone: zone.name, available: zone.available(), free_bytes: zone.free() }));
  const gone = found.filter(({ available }) => !available).length;
  const whole = gone === 0 && (missing ?? 0) === 0;
  return {
    status: gone * 2 >= zones.length && gone > 0 ? "unhealthy" : whole ? "healthy" : "degraded",
    facts: { zones: found, ...index.totals(), replicas_missing: missing ?? null, sealed_prefixes: [...sealedPrefixes] },
  };
}

function zoneFolders(environment: Environment, directory: string): readonly string[] {
  const given = listSetting(environment, "STORAGE_DIRS");
  if (given.length > ZONES_MAX) throw new Error(`STORAGE_DIRS names ${given.length} folders, and ${ZONES_MAX} are the most`);
  return given.length > 0 ? given : ["zone-1", "zone-2", "zone-3"].map((name) => join(directory, "zones", name));
}

function policyOf(environment: Environment, zones: number): StoragePolicy {
  const prefixes = environment["SEALED_PREFIXES"] === undefined ? ["/models/"] : listSetting(environment, "SEALED_PREFIXES");
  return {
    sealedPrefixes: prefixes.map((prefix) => checked(prefix)),
    fileBytesMax: 2 ** 20 * numberSetting(environment, "FILE_MB", { fallback: 2_048, min: 1, max: 1_048_576 }),
    replication: Math.min(REPLICATION, zones),
    zones,
  };
}

function checked(prefix: string): string {
  try {
    return storagePrefix(prefix);
  } catch (error) {
    throw new Error(`SEALED_PREFIXES has "${prefix}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
