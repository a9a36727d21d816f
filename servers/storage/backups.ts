import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { confinedPath, confinedPathToWrite, pathParts } from "../kit/files/confined-path.ts";
import { flush } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import type { State } from "../kit/state/state.ts";
import { type Manifest, parseManifest, printManifest } from "./manifest.ts";
import { copyVerified } from "./object-files.ts";
import type { ObjectStore } from "./object-store.ts";
import { ignoring } from "./replicas.ts";
import { isRunning, THIS_PROCESS } from "./processes.ts";
import type { StorageIndex } from "./storage-index.ts";
import type { StoredVersion } from "./stored-version.ts";
import { flushFolder, folderOf } from "./zones.ts";

/*
 * B1. A backup is a folder that appears whole: it is written beside, and renamed. It needs neither the index nor the zones.
 * B2. Nothing of it is believed that does not have the hash by which it is known: the manifest that of the index (or of
 *     whoever restores), each content that of the manifest.
 */

/** Copies of files in a folder of their own, each with a manifest. */
export interface Backups {
  /** Copies the newest versions below a prefix. `finish` it in the transaction that remembers the answer. */
  make(tenant: string, asked: BackupAsked, signal: AbortSignal): Promise<MadeBackup>;
  finish(tenant: string, backup: MadeBackup): void;
  /** Ends the making of a backup: what has not been finished is taken away. */
  release(id: string): void;
  /** @throws ToolError - there is none, or its manifest is not the one that was written */
  open(tenant: string, known: KnownBackup): OpenBackup;
  /** Whether there was one. Its folder goes with `release`, after the transaction. */
  forget(tenant: string, id: string): boolean;
  tidy(): void;
}

export interface BackupAsked {
  readonly label: string;
  readonly prefix: string;
  readonly destination?: string | undefined;
  readonly now: Date;
}

export interface MadeBackup {
  readonly id: string;
  readonly label: string;
  readonly prefix: string;
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  readonly manifestSha256: string;
  readonly at: string;
}

export interface KnownBackup {
  readonly id: string;
  /** For a backup that the index does not know any more. */
  readonly destination?: string | undefined;
  readonly manifestSha256?: string | undefined;
}

export interface OpenBackup {
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  /** Where the content with this hash is, and whether it has it. */
  content(sha256: string): string;
}

const FILES_MAX = 10_000;

interface Parts {
  readonly root: string;
  readonly state: State;
  readonly index: StorageIndex;
  readonly objects: ObjectStore;
}

export function openBackups({ root, state, index, objects }: Parts): Backups {
  const { database } = state;
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const remove = (folder: string): void => {
    rmSync(confinedPath(root, folder), { recursive: true, force: true });
    rmSync(confinedPath(root, `${folder}.part`), { recursive: true, force: true });
  };
  const release = (id: string): void => {
    const left = database.prepare("SELECT folder FROM unfinished_backups WHERE id = ?").get(id);
    if (left === undefined) return;
    remove(String(left["folder"]));
    database.prepare("DELETE FROM unfinished_backups WHERE id = ?").run(id);
  };
  const begin = database.prepare("INSERT INTO unfinished_backups (id, tenant, bytes, folder, process) VALUES (?, ?, ?, ?, ?)");
  return {
    release,
    async make(tenant, asked, signal) {
      const { prefix, destination } = asked;
      const versions = index.list(tenant, { prefix, after: "", limit: FILES_MAX + 1 });
      if (versions.length === 0) throw refuse(`there is no file below "${prefix}"`);
      if (versions.length > FILES_MAX) throw refuse(`a backup has at most ${FILES_MAX} files: take a longer prefix`);
      const id = `backup-${randomUUID()}`;
      const folder = folderIn(tenant, id, destination);
      const bytes = versions.reduce((sum, version) => sum + version.bytes, 0);
      // Before anything is written down: what cannot be made cannot be taken away either.
      confinedPath(root, `${folder}.part`);
      state.transaction(() => {
        index.checkQuota(tenant, bytes);
        begin.run(id, tenant, bytes, folder, THIS_PROCESS);
      });
      try {
        return await writeBackup({ id, tenant, root, folder, versions, objects, asked }, signal);
      } catch (error) {
        release(id);
        throw error;
      }
    },
    finish(tenant, { id, label, prefix, folder, files, bytes, manifestSha256, at }) {
      database
        .prepare(
          "INSERT INTO backups (tenant, id, label, prefix, folder, files, bytes, manifest_sha256, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .run(tenant, id, label, prefix, folder, files, bytes, manifestSha256, at);
      database.prepare("DELETE FROM unfinished_backups WHERE id = ?").run(id);
    },
    open(tenant, { id, destination, manifestSha256 }) {
      const known = database.prepare("SELECT folder, manifest_sha256 FROM backups WHERE tenant = ? AND id = ?").get(tenant, id);
      const sha256 = known === undefined ? manifestSha256 : String(known["manifest_sha256"]);
      if (sha256 === undefined)
        throw refuse(`there is no backup "${id.slice(0, 100)}" in the index: with manifest_sha256 and destination it may be found`);
      const folder = known === undefined ? folderIn(tenant, id, destination) : String(known["folder"]);
      const manifest = readManifest(confinedPath(root, `${folder}/manifest.json`), sha256);
      if (manifest === undefined)
        throw refuse(`the manifest of "${id.slice(0, 100)}" is gone, or is not the one with the hash ${sha256}: nothing of it is used`); // B2
      return { manifest, manifestSha256: sha256, content: (object) => confinedPath(root, `${folder}/objects/${object}`) };
    },
    forget(tenant, id) {
      const row = database.prepare("DELETE FROM backups WHERE tenant = ? AND id = ? RETURNING folder").get(tenant, id);
      if (row === undefined) return false;
      // It is taken away when this is remembered; if that does not come to be, at the next start.
      begin.run(id, tenant, 0, String(row["folder"]), THIS_PROCESS);
      return true;
    },
    tidy: () => releaseAbandoned(state, release),
  };
}

/** What cannot be taken away now, because of a link or of a disk that is gone, must not keep the server from starting. */
function releaseAbandoned({ database }: State, release: Backups["release"]): void {
  for (const { id, process: owner } of database.prepare("SELECT id, process FROM unfinished_backups").all()) {
    if (!isRunning(String(owner))) ignoring(() => release(String(id)));
  }
}

function folderIn(tenant: string, id: string, destination: string | undefined): string {
  return [folderOf(tenant), ...(destination === undefined ? [] : destinationParts(destination)), id].join("/");
}

/** In the folder of another backup it would go with that one. */
function destinationParts(destination: string): readonly string[] {
  const parts = pathParts(destination);
  const taken = parts.find((part) => /^backup-[0-9a-f]{8}-[0-9a-f-]{27}(?:\.part)?$/i.test(part));
  if (taken !== undefined) throw refuse(`destination leads into "${taken}", which is the folder of a backup: take another one`);
  return parts;
}

interface Writing {
  readonly id: string;
  readonly tenant: string;
  readonly root: string;
  readonly folder: string;
  readonly versions: readonly StoredVersion[];
  readonly objects: ObjectStore;
  readonly asked: BackupAsked;
}

async function writeBackup({ id, tenant, root, folder, versions, objects, asked }: Writing, signal: AbortSignal): Promise<MadeBackup> {
  const beside = dirname(confinedPathToWrite(root, `${folder}.part/objects`));
  const contents = join(beside, "objects");
  mkdirSync(contents, { mode: 0o700 });
  const distinct = new Map(versions.map((version) => [version.sha256, version]));
  for (const { sha256, bytes, replication } of distinct.values()) {
    await objects.copyTo({ tenant, sha256, bytes, replication }, { path: join(contents, sha256) }, signal);
    flush(join(contents, sha256));
  }
  const { label, prefix, now } = asked;
  const at = now.toISOString();
  const manifest = printManifest({
    format: "tutti-backup-1",
    backup_id: id,
    label,
    prefix,
    created_at: at,
    files: versions.map(manifestFile),
  });
  writeFileSync(join(beside, "manifest.json"), manifest.text, { mode: 0o600 });
  flush(join(beside, "manifest.json"));
  for (const made of [contents, beside]) flushFolder(made);
  renameSync(beside, confinedPath(root, folder)); // B1
  flushFolder(dirname(beside));
  const bytes = versions.reduce((sum, version) => sum + version.bytes, 0);
  return { id, label, prefix, folder, files: versions.length, bytes, manifestSha256: manifest.sha256, at };
}

function manifestFile({ path, version, sha256, bytes, sealed, metadata }: StoredVersion): Manifest["files"][number] {
  return { path, version, sha256, bytes, sealed, metadata: { ...metadata } };
}

function readManifest(path: string, sha256: string): Manifest | undefined {
  try {
    return parseManifest(readFileSync(path, "utf8"), sha256);
  } catch {
    return undefined;
  }
}

/** The contents of a backup that are not what they were, by the paths of the files. */
export async function damagedFiles(backup: OpenBackup, signal: AbortSignal): Promise<readonly string[]> {
  const damaged: string[] = [];
  for (const file of backup.manifest.files) {
    if (!(await isGood(backup, file, signal))) damaged.push(file.path);
  }
  return damaged;
}

async function isGood(backup: OpenBackup, { sha256, bytes }: Manifest["files"][number], signal: AbortSignal): Promise<boolean> {
  try {
    return await copyVerified(backup.content(sha256), { sha256, bytes }, { nowhere: true }, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}
