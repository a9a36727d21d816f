import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import { exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import { damagedFiles } from "./backups.ts";
import { restoreBackup } from "./restore-backup.ts";
import { storagePath, storagePrefix } from "./storage-path.ts";
import type { StorageService } from "./storage-service.ts";

const backupId = z.string().min(1).max(100);

const input = z.strictObject({
  prefix: z.string().min(1).max(1_000).optional().describe("Makes a backup of the newest version of each file whose path begins with this"),
  label: z.string().min(1).max(200).optional().describe("What the backup is called; needed with prefix"),
  destination: z.string().min(1).max(500).optional().describe("A folder for it below that of the backups, such as models/2026-01-31"),
  restore: backupId.optional().describe("Brings the files of this backup back, as new versions, all or none"),
  verify: backupId.optional().describe("Checks every hash in this backup and changes nothing"),
  forget: backupId.optional().describe("Takes this backup away"),
  manifest_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe("For restore and verify, when the index does not know the backup any more: the hash that making it gave"),
  remove: z.string().min(2).max(1_000).optional().describe("Takes versions of this stored file away: undoes upload_file"),
  version: z
    .union([z.int().min(1), z.literal("all")])
    .optional()
    .describe("Which version is removed; needed with remove"),
  discard: exchangeName
    .optional()
    .describe("Takes a folder of the exchange away, with the files that servers have handed to one another in it, such as runs/17"),
});

const output = z.object({
  action: z.enum(["backup", "restore", "verify", "forget", "remove", "discard"]),
  backup_id: z.string().optional(),
  label: z.string().optional(),
  destination: z.string().optional(),
  files: z.int().describe("How many it was about"),
  bytes: z.int(),
  manifest_sha256: z.string().optional(),
  restored: z.array(z.object({ path: z.string(), version: z.int(), sha256: z.string() })).optional(),
  unchanged: z.int().optional().describe("Files that were as in the backup"),
  valid: z.boolean().optional(),
  damaged: z.array(z.string()).optional().describe("Paths of files whose content is not what it was"),
});

type Input = z.output<typeof input>;
type Output = z.input<typeof output>;

/** How many entries a list in an answer has at most. */
const LISTED_MAX = 1_000;

/** `backup_data`: makes, verifies, restores and forgets backups, removes versions, and clears what was handed on. */
export function backupData(service: StorageService): ToolPlan {
  return defineTool({
    name: "backup_data",
    title: "Back up, restore, remove",
    description:
      "One of: `prefix` and `label` make a backup; `restore`, `verify` and `forget` take its id; `remove` and `version` take versions of a file away; `discard` clears a folder of the exchange. " +
      "A backup is a folder with a manifest, apart from the zones; whoever has the hash of the manifest can tell that nothing was changed.",
    effect: "changes",
    destructive: true,
    input,
    output,
    run: async (asked, scope) => {
      const wanted = (["prefix", "restore", "verify", "forget", "remove", "discard"] as const).filter((name) => asked[name] !== undefined);
      if (wanted.length !== 1) throw refuse("one of prefix, restore, verify, forget, remove and discard is wanted, and one only");
      if (asked.prefix !== undefined) return await makeBackup(service, asked, asked.prefix, scope);
      if (asked.restore !== undefined) return await restore(service, asked, asked.restore, scope);
      if (asked.verify !== undefined) return await verify(service, asked, asked.verify, scope);
      if (asked.forget !== undefined) return forget(service, asked.forget, scope);
      return asked.discard === undefined ? remove(service, asked, scope) : discard(service, asked.discard, scope);
    },
  });
}

async function makeBackup({ backups }: StorageService, { label, destination }: Input, prefix: string, scope: ToolScope): Promise<Output> {
  if (label === undefined) throw refuse("a backup needs a label");
  if (destination?.includes("://") === true)
    throw refuse(`destination is "${destination}": a folder such as models/2026-01-31 is wanted, and no address`);
  const made = await backups.make(scope.tenant, { label, prefix: storagePrefix(prefix), destination, now: scope.now }, scope.signal);
  try {
    return scope.once(() => {
      backups.finish(scope.tenant, made);
      const { id, files, bytes, manifestSha256 } = made;
      const about = { action: "backup" as const, backup_id: id, label, files, bytes, manifest_sha256: manifestSha256 };
      return destination === undefined ? about : { ...about, destination };
    });
  } finally {
    backups.release(made.id);
  }
}

async function restore(
  service: StorageService,
  { destination, manifest_sha256: manifestSha256 }: Input,
  id: string,
  scope: ToolScope,
): Promise<Output> {
  return await restoreBackup(
    service,
    { id, destination, manifestSha256 },
    scope,
    ({ restored, unchanged }, { manifest, manifestSha256: found }) => ({
      action: "restore" as const,
      backup_id: id,
      label: manifest.label,
      files: restored.length,
      bytes: manifest.files.filter(({ path }) => restored.some((file) => file.path === path)).reduce((sum, { bytes }) => sum + bytes, 0),
      manifest_sha256: found,
      restored: restored.slice(0, LISTED_MAX),
      unchanged,
    }),
  );
}

async function verify(
  { backups }: StorageService,
  { destination, manifest_sha256: manifestSha256 }: Input,
  id: string,
  scope: ToolScope,
): Promise<Output> {
  const backup = backups.open(scope.tenant, { id, destination, manifestSha256 });
  const damaged = await damagedFiles(backup, scope.signal);
  const { files, label } = backup.manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const about = { action: "verify" as const, backup_id: id, label, files: files.length, bytes, manifest_sha256: backup.manifestSha256 };
  return { ...about, valid: damaged.length === 0, damaged: damaged.slice(0, LISTED_MAX) };
}

function forget({ backups }: StorageService, id: string, { tenant, once }: ToolScope): Output {
  const answer = once(() => ({ action: "forget" as const, backup_id: id, files: backups.forget(tenant, id) ? 1 : 0, bytes: 0 }));
  backups.release(id);
  return answer;
}

/** What is gone already was discarded before: nobody needs to know by whom. */
function discard({ exchange }: StorageService, folder: string, { tenant }: ToolScope): Output {
  return { action: "discard", files: exchange.removeFolder(tenant, folder), bytes: 0 };
}

function remove({ index, objects }: StorageService, { remove: path = "", version }: Input, { tenant, once }: ToolScope): Output {
  if (version === undefined) throw refuse('remove needs version: a number, or "all"');
  const answer = once(() => {
    const removed = index.remove(tenant, storagePath(path), version);
    return { action: "remove" as const, files: removed.length, bytes: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
  objects.tidy();
  return answer;
}
