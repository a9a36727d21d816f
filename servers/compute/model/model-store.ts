import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { refuse } from "../../kit/reference-server.ts";
import type { State } from "../../kit/state/state.ts";
import { decodeModel, type Model } from "./model-file.ts";

export const MODEL_SCHEMA = [
  `CREATE TABLE models (
    number INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT, sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL, created_at TEXT NOT NULL, UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX models_by_content ON models (tenant, sha256);`,
];

/** A model as it is listed. */
export interface ListedModel {
  readonly id: string;
  readonly tenant: string;
  readonly name: string | undefined;
  readonly sha256: string;
  readonly bytes: number;
  readonly createdAt: string;
}

/** The models, each one file named after its content, in a folder for each tenant. */
export interface ModelStore {
  /** Takes a file over and lists it, in the transaction of whoever calls. The oldest beyond the limit go. */
  add(model: ListedModel, path: string): void;
  /** @throws ToolError - the tenant has no such model */
  find(tenant: string, id: string): ListedModel;
  path(model: ListedModel): string;
  /** What is in its file, which is checked when it is read. */
  load(model: ListedModel): Promise<Model>;
  /** How many there are, of everybody. */
  count(): number;
}

const CACHE_BYTES = 512 * 2 ** 20;

/** @param kept - how many models of a tenant are kept */
export function openModelStore({ database }: State, directory: string, kept: number): ModelStore {
  const loaded = new LRUCache<string, Promise<Model>>({ maxSize: CACHE_BYTES });
  const folder = (tenant: string): string => join(directory, createHash("sha256").update(tenant).digest("hex").slice(0, 32));
  const fileOf = (tenant: string, sha256: string): string => join(folder(tenant), `${sha256}.model`);
  const path = ({ tenant, sha256 }: ListedModel): string => fileOf(tenant, sha256);
  return {
    add({ id, tenant, name, sha256, bytes, createdAt }, from) {
      mkdirSync(folder(tenant), { recursive: true });
      // Of the same content there may be one already: it is the same file.
      renameSync(from, fileOf(tenant, sha256));
      database
        .prepare("INSERT OR IGNORE INTO models (tenant, id, name, sha256, bytes, created_at) VALUES (?, ?, ?, ?, ?, ?)")
        .run(tenant, id, name ?? null, sha256, bytes, createdAt);
      const old = database
        .prepare(
          "DELETE FROM models WHERE number IN (SELECT number FROM models WHERE tenant = ? ORDER BY number DESC LIMIT -1 OFFSET ?) RETURNING sha256",
        )
        .all(tenant, kept);
      for (const { sha256: gone } of old) {
        const others = database.prepare("SELECT 1 FROM models WHERE tenant = ? AND sha256 = ?").get(tenant, String(gone));
        if (others === undefined) rmSync(fileOf(tenant, String(gone)), { force: true });
      }
    },
    find(tenant, id) {
      const row = database.prepare("SELECT * FROM models WHERE tenant = ? AND id = ?").get(tenant, id);
      if (row === undefined) throw refuse(`there is no model "${id}": it is there when its job is completed, and "gpu_status" says when`);
      return {
        id,
        tenant,
        name: row["name"] === null ? undefined : String(row["name"]),
        sha256: String(row["sha256"]),
        bytes: Number(row["bytes"]),
        createdAt: String(row["created_at"]),
      };
    },
    path,
    async load(model) {
      const known = loaded.get(path(model));
      if (known !== undefined) return await known;
      const reading = read(path(model), model.sha256);
      loaded.set(path(model), reading, { size: Math.min(model.bytes * 3, CACHE_BYTES) });
      reading.catch(() => loaded.delete(path(model)));
      return await reading;
    },
    count: () => Number(database.prepare("SELECT count(*) AS count FROM models").get()?.["count"]),
  };
}

async function read(path: string, sha256: string): Promise<Model> {
  const content = await readFile(path).catch(() => undefined);
  if (content === undefined) throw refuse("the file of the model is not there any more: train it again");
  if (createHash("sha256").update(content).digest("hex") !== sha256) throw refuse("the file of the model is damaged: train it again");
  return decodeModel(content);
}
