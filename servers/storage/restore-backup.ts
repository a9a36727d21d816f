import type { ToolScope } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { KnownBackup, OpenBackup } from "./backups.ts";
import { damagedFiles } from "./backups.ts";
import type { Manifest } from "./manifest.ts";
import type { PutObject } from "./object-store.ts";
import { checkSealing } from "./sealing-policy.ts";
import type { StorageService } from "./storage-service.ts";

/** What came back: each a new version, so that nothing is lost that was there. */
export interface Restored {
  readonly restored: { readonly path: string; readonly version: number; readonly sha256: string }[];
  /** Paths whose newest version is the one of the backup. */
  readonly unchanged: number;
}

type BackedUpFile = Manifest["files"][number];

/**
 * Restores a backup wholly or not at all. Every content is verified before anything is written down.
 *
 * @throws ToolError - something in it is damaged, or not allowed where it was
 */
export async function restoreBackup<Answer>(
  service: StorageService,
  known: KnownBackup,
  scope: ToolScope,
  answer: (restored: Restored, backup: OpenBackup) => Answer,
): Promise<Answer> {
  const { index, objects, backups, policy } = service;
  const { tenant, signal, now } = scope;
  const backup = backups.open(tenant, known);
  const damaged = await damagedFiles(backup, signal);
  if (damaged.length > 0)
    throw refuse(`nothing was restored: in the backup ${damaged.length} files are damaged`, { damaged: damaged.slice(0, 100) });
  const changed = backup.manifest.files.filter((file) => !isNewest(service, tenant, file));
  const puts = new Map<string, PutObject>();
  try {
    for (const { path, sha256, bytes } of changed) {
      checkSealing(backup.content(sha256), { tenant, path, sealedOnly: false }, policy);
      if (puts.has(sha256)) continue;
      const check = (_copy: string, found: string): void => {
        if (found !== sha256) throw refuse(`"${path}" has changed in the backup while it was restored: nothing was restored`);
      };
      puts.set(sha256, await objects.put({ tenant, path: backup.content(sha256), bytes, replication: policy.replication, signal, check }));
    }
    return scope.once(() => {
      const restored = changed.map(({ path, sha256, bytes, sealed, metadata }) => {
        const version = { path, sha256, bytes, sealed, metadata, replication: policy.replication, at: now.toISOString() };
        return { path, sha256, version: index.add(tenant, version, puts.get(sha256)?.id ?? "") };
      });
      return answer({ restored, unchanged: backup.manifest.files.length - changed.length }, backup);
    });
  } finally {
    for (const { id } of puts.values()) objects.release(id);
  }
}

function isNewest({ index }: StorageService, tenant: string, { path, sha256, metadata }: BackedUpFile): boolean {
  const newest = index.find(tenant, path);
  return newest?.sha256 === sha256 && JSON.stringify(newest.metadata) === JSON.stringify(metadata);
}
