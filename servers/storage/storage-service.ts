import type { Exchange } from "../kit/files/exchange.ts";
import type { Backups } from "./backups.ts";
import type { ObjectStore } from "./object-store.ts";
import type { StorageIndex } from "./storage-index.ts";

/** What the tools work with. */
export interface StorageService {
  readonly index: StorageIndex;
  readonly objects: ObjectStore;
  readonly exchange: Exchange;
  readonly backups: Backups;
  readonly policy: StoragePolicy;
}

export interface StoragePolicy {
  /** Below these, only files are taken that are sealed for their path. */
  readonly sealedPrefixes: readonly string[];
  readonly fileBytesMax: number;
  /** How many copies there are of what says nothing else. */
  readonly replication: number;
  readonly zones: number;
}
