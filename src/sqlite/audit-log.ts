import { resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { randomIds } from "../base/ids.ts";
import type { AuditEntry } from "../model/audit.ts";
import { isTuttiError } from "../model/errors.ts";
import type { AuditLog } from "../ports/audit.ts";
import { AuditStore, type AuditStoreOptions } from "./audit-store.ts";
import { createDataDirectory } from "./data-directory.ts";

/** An entry is signed at the latest when so much time has passed, or so many others have followed. */
const UNSIGNED_MAX_MS = 1_000;
const UNSIGNED_MAX_ENTRIES = 1_000;

/** How long an entry for which nobody waits lets others join it: a transaction for each costs as much as a call. */
const SOON_MS = 10;

export interface AuditLogOptions {
  /** The data directory; made when it is not there. */
  readonly directory: string;
  readonly clock: Clock;
  /** Ed25519 in PEM. Default: one in the data directory, made when there is none. */
  readonly keyFile?: string | undefined;
}

/** The audit log of a data directory. Nothing is read or made before the first entry. */
export async function openAuditLog({ directory, clock, keyFile }: AuditLogOptions): Promise<SqliteAuditLog> {
  const place = { directory: resolve(directory), ...(keyFile === undefined ? {} : { configured: keyFile }) };
  return new SqliteAuditLog({ ...place, clock, writer: randomIds.spanId() });
}

/**
 * Writes the audit log of a data directory, beside other processes that do. Disposing writes what waits and signs it.
 *
 * What goes wrong is tried again with the next entry, on a file that is opened anew: room on the disk may have been
 * made, and a log that was moved away may begin again. Only a log that somebody has changed is not touched again by
 * this process, which knows what was there before.
 */
export class SqliteAuditLog implements AuditLog, AsyncDisposable {
  readonly #options: AuditStoreOptions;
  #store: AuditStore | undefined;
  /** Runs while there are entries that are not signed. */
  #timer: Disposable | undefined;
  #unsigned = false;
  /** Those that wait for others, in order, and what writes them at the latest. */
  #waiting: (() => void)[] = [];
  #waitingTimer: Disposable | undefined;
  #damage: Error | undefined;
  #closed = false;

  constructor(options: AuditStoreOptions) {
    this.#options = options;
  }

  async record(entry: AuditEntry, soon: boolean = false): Promise<void> {
    if (this.#closed) throw new Error("the audit log has been closed");
    if (soon) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#waiting.push(() => void this.#write(entry).then(resolve, reject));
      this.#waitingTimer ??= this.#options.clock.after(SOON_MS, () => this.#writeWaiting());
      await promise;
    } else {
      this.#writeWaiting();
      await this.#write(entry);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#writeWaiting();
    this.#timer?.[Symbol.dispose]();
    if (this.#damage !== undefined) throw this.#damage;
    using store = this.#store ?? (this.#unsigned ? this.#open() : undefined);
    this.#store = undefined;
    store?.sign();
  }

  #writeWaiting(): void {
    this.#waitingTimer?.[Symbol.dispose]();
    this.#waitingTimer = undefined;
    for (const write of this.#waiting.splice(0)) write();
  }

  async #write(entry: AuditEntry): Promise<void> {
    if (this.#damage !== undefined) throw this.#damage;
    const store = this.#open();
    try {
      this.#written(store, await store.append(entry));
    } catch (error) {
      this.#drop(store, error);
      throw error;
    }
  }

  #open(): AuditStore {
    if (this.#store !== undefined) return this.#store;
    createDataDirectory(this.#options.directory);
    this.#store = new AuditStore(this.#options);
    this.#unsigned = false;
    return this.#store;
  }

  #written(store: AuditStore, seq: number): void {
    if (store !== this.#store || seq <= store.signedSeq) return;
    this.#unsigned = true;
    if (seq - store.signedSeq >= UNSIGNED_MAX_ENTRIES) this.#sign();
    else this.#timer ??= this.#options.clock.after(UNSIGNED_MAX_MS, () => this.#sign());
  }

  /** When it fails, the next entry is refused unless it can be done then: opening a log signs what is left. */
  #sign(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const store = this.#store;
    if (store === undefined) return;
    try {
      store.sign();
      this.#unsigned = false;
    } catch (error) {
      this.#drop(store, error);
    }
  }

  #drop(store: AuditStore, reason: unknown): void {
    if (isTuttiError(reason, "journal.unusable") && reason.details.reason === "damaged") this.#damage ??= reason;
    if (store !== this.#store) return;
    this.#store = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    store[Symbol.dispose]();
  }
}
