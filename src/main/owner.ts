import { canonicalJson } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { Clock } from "../base/clock.ts";
import type { Surroundings } from "../client/local-protocol.ts";
import { printEndpoint } from "../client/local-protocol.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import type { Secrets } from "../ports/secrets.ts";
import { openJournal } from "../sqlite/open-journal.ts";
import { writeOwnerNote } from "../sqlite/owner-note.ts";
import type { SqliteJournal } from "../sqlite/sqlite-journal.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import { addDefinitionOperations } from "./definition-operations.ts";
import { Drivers } from "./drivers.ts";
import { addDrivingOperations, addReadingOperations } from "./execution-operations.ts";
import { LocalEndpoint } from "./local-endpoint.ts";
import { NewsHub } from "./news-hub.ts";
import { OperationTable } from "./operation-table.ts";
import { addServerOperations } from "./server-operations.ts";
import { openWorkspace } from "./workspace.ts";
import type { Workspace } from "./workspace.ts";

/** What a process needs to own a data directory. */
export interface OwnerOptions {
  readonly directory: string;
  readonly servers: readonly ServerConfig[];
  readonly secrets: Secrets;
  readonly maxConcurrentCalls: number;
  readonly clock: Clock;
  readonly elicitor: Elicitor;
  readonly log: ServerLog;
  readonly version: string;
}

/**
 * The one process that writes to a data directory: it drives its own executions, and those that other processes hand
 * over, on their servers.
 *
 * Disposing takes no more requests, stops driving, closes the servers and lets go of the directory, in this order.
 * Executions that have not ended can be resumed.
 */
export class Owner implements AsyncDisposable {
  readonly operations: OperationTable;
  readonly #options: OwnerOptions;
  readonly #journal: SqliteJournal;
  readonly #news = new NewsHub();
  readonly #drivers = new Drivers();
  readonly #workspaces = new Map<string, { readonly workspace: Workspace; readonly operations: OperationTable }>();
  #endpoint: LocalEndpoint | undefined;

  private constructor(options: OwnerOptions, journal: SqliteJournal) {
    this.#options = options;
    this.#journal = journal;
    this.operations = this.#operationsOn(options.servers, options.secrets, "own");
  }

  /** @throws TuttiError `journal.locked` - another process owns the directory; `journal.unusable` */
  static async open(options: OwnerOptions): Promise<Owner> {
    const journal = await openJournal({ directory: options.directory, clock: options.clock });
    const owner = new Owner(options, journal);
    try {
      owner.#endpoint = await LocalEndpoint.open(options.directory, (surroundings) => owner.#welcome(surroundings));
      writeOwnerNote(options.directory, { pid: process.pid, endpoint: printEndpoint(owner.#endpoint.endpoint) });
      return owner;
    } catch (error) {
      await owner[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How many other processes have handed something over and still wait for it. */
  get clients(): number {
    return this.#endpoint?.clients ?? 0;
  }

  /** Resolves when no other process waits for anything. */
  async idle(signal: AbortSignal): Promise<void> {
    await this.#endpoint?.idle(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    stack.use(this.#journal);
    for (const { workspace } of this.#workspaces.values()) stack.use(workspace);
    if (this.#endpoint !== undefined) stack.use(this.#endpoint);
  }

  #welcome({ servers, secrets }: Surroundings): OperationTable {
    const key = canonicalJson([servers, secrets] as unknown as Json);
    const given: Secrets = { get: async (name) => (Object.hasOwn(secrets, name) ? secrets[name] : undefined) };
    return this.#workspaces.get(key)?.operations ?? this.#operationsOn(servers, given, key);
  }

  #operationsOn(servers: readonly ServerConfig[], secrets: Secrets, key: string): OperationTable {
    const workspace = openWorkspace({ ...this.#options, servers, secrets, journal: this.#journal, news: this.#news });
    const operations = this.#compose(workspace);
    this.#workspaces.set(key, { workspace, operations });
    return operations;
  }

  #compose({ pool, supervisor }: Workspace): OperationTable {
    const journal = this.#journal;
    const { clock } = this.#options;
    const driver = this.#drivers.driverOf(supervisor);
    const { report, driven } = driver;
    const table = new OperationTable();
    addDefinitionOperations(table, pool.catalogs);
    addServerOperations(table, pool, clock);
    addReadingOperations(table, { journal, report, driven });
    return addDrivingOperations(table, { journal, driver, catalogs: pool.catalogs, news: this.#news, clock });
  }
}
