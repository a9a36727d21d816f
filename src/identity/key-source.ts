import { open } from "node:fs/promises";
import { createLocalJWKSet, errors } from "jose";
import type { CryptoKey, JSONWebKeySet, JWTHeaderParameters } from "jose";
import type { Clock } from "../base/clock.ts";
import type { IdentityConfig } from "../model/access.ts";
import { fetchKeys } from "./fetch-keys.ts";
import { isKeyAddress } from "./key-address.ts";
import { refused, withoutKeys } from "./token-refusal.ts";

/** The public keys of an issuer. */
export interface KeySource {
  /** The one key that fits a header: by its `kid`, and by what the key may be used for. */
  find(header: JWTHeaderParameters): Promise<CryptoKey>;
}

/** Where keys come from: a file, or an address. */
export function openKeySource(keys: IdentityConfig["keys"], clock: Clock): KeySource {
  if (keys.kind === "file") return fileKeys(keys.file);
  if (!isKeyAddress(keys.url)) throw refused(`keys are not fetched from ${keys.url}: only https, and http on this machine`);
  return fetchedKeys(keys.url, clock);
}

const FILE_BYTES_MAX = 1024 * 1024;

interface Loaded {
  /** Changes when the file does. */
  readonly version: string;
  readonly find: KeySource["find"];
}

/** Reads the file again whenever it has changed, so that keys can be exchanged while Tutti runs. */
function fileKeys(file: string): KeySource {
  let loaded: Loaded | undefined;
  return {
    async find(header) {
      loaded = await loadFile(file, loaded);
      return await loaded.find(header);
    },
  };
}

async function loadFile(file: string, known: Loaded | undefined): Promise<Loaded> {
  try {
    await using handle = await open(file);
    const { size, mtimeMs, ctimeMs, ino } = await handle.stat();
    const version = [ino, size, mtimeMs, ctimeMs].join("/");
    if (known?.version === version) return known;
    if (size > FILE_BYTES_MAX) throw new Error(`it has more than ${FILE_BYTES_MAX / 1024 / 1024} MiB`);
    return { version, find: keySet(await handle.readFile("utf8")) };
  } catch (error) {
    throw withoutKeys(`the issuer's keys cannot be read from ${file}: ${messageOf(error)}`, error);
  }
}

const FRESH_MS = 10 * 60_000;

/** Whoever sends tokens with invented key ids must not have us ask the issuer for each of them. */
const COOLDOWN_MS = 30_000;

/** Fetches keys when they are needed, keeps them for ten minutes, and asks anew for a key that is not among them. */
function fetchedKeys(url: string, clock: Clock): KeySource {
  let kept: { readonly find: KeySource["find"]; readonly atMs: number } | undefined;
  let pending: Promise<{ readonly find: KeySource["find"]; readonly atMs: number }> | undefined;

  async function load(): Promise<{ readonly find: KeySource["find"]; readonly atMs: number }> {
    try {
      kept = { find: keySet(await fetchKeys(url, clock)), atMs: clock.monotonicMs() };
      return kept;
    } catch (error) {
      throw withoutKeys(`the issuer's keys cannot be fetched from ${url}: ${messageOf(error)}`, error);
    } finally {
      pending = undefined;
    }
  }

  return {
    async find(header) {
      const isFresh = kept !== undefined && clock.monotonicMs() - kept.atMs < FRESH_MS;
      const keys = isFresh && kept !== undefined ? kept : await (pending ??= load());
      try {
        return await keys.find(header);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || clock.monotonicMs() - keys.atMs < COOLDOWN_MS) throw error;
        return await (await (pending ??= load())).find(header);
      }
    },
  };
}

function keySet(text: string): KeySource["find"] {
  const document = JSON.parse(text) as JSONWebKeySet;
  const find = createLocalJWKSet(document);
  return async (header) => await find(header);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
