import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { LocalClient } from "../client/local-client.ts";
import { OwnerLeftError } from "../client/local-client.ts";
import type { CallOptions, OperationClient } from "../client/operation-client.ts";
import { checkJournal } from "../contract/check-journal.ts";
import { getExecution } from "../contract/get-execution.ts";
import { getServerStats } from "../contract/get-server-stats.ts";
import type { GetServerStatsOutput } from "../contract/get-server-stats.ts";
import { listExecutions } from "../contract/list-executions.ts";
import { listInterruptedExecutions } from "../contract/list-interrupted-executions.ts";
import { listWorkflows } from "../contract/list-workflows.ts";
import type { Operation } from "../contract/operation.ts";
import { watchExecution } from "../contract/watch-execution.ts";
import { loadExecution } from "../engine/load-execution.ts";
import { reportExecution } from "../engine/report.ts";
import { isTuttiError, TuttiError } from "../model/errors.ts";
import type { AccessConfig } from "../model/access.ts";
import { openAuditLog } from "../sqlite/audit-log.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import { openJournalReader } from "../sqlite/open-journal-reader.ts";
import { readOwnerNote } from "../sqlite/owner-note.ts";
import { RecordsReader } from "../sqlite/records.ts";
import { SqliteWorkflowReader } from "../sqlite/workflow-store.ts";
import { addReadingOperations } from "./execution-operations.ts";
import { OperationTable } from "./operation-table.ts";
import { connectToOwner } from "./owner-client.ts";
import type { SessionCaller } from "./session-caller.ts";
import { addWorkflowReadingOperations } from "./workflow-operations.ts";

/** What reading a journal needs, and who does. */
export interface ReadingOptions extends SessionCaller {
  readonly directory: string;
  readonly clock: Clock;
  readonly access: AccessConfig;
  readonly auditKeyFile?: string;
}

/** Not in the journal: the news, and what is measured. */
const OF_THE_OWNER: ReadonlySet<string> = new Set([watchExecution.name, getServerStats.name]);

const NOTHING_MEASURED: GetServerStatsOutput = { upMs: 0, servers: [], alerts: [] };

const NO_WORKFLOWS: Pick<WorkflowStore, "get" | "list" | "versions"> = {
  get: async () => undefined,
  list: async () => [],
  versions: async () => [],
};

/**
 * Answers questions about executions from the journal itself, without owning it. Only what is not in the journal is
 * asked of the process that owns it, if there is one: whether it drives an execution, and the news.
 */
export class ReadingClient implements OperationClient, AsyncDisposable {
  readonly #directory: string;
  readonly #resources = new AsyncDisposableStack();
  #table: OperationTable | undefined;
  #owner: LocalClient | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws TuttiError `journal.unusable`; `identity.invalid`, `access.denied` - the owner does not take us */
  static async open(options: ReadingOptions): Promise<ReadingClient> {
    const client = new ReadingClient(options.directory);
    const reader = await openJournalReader(options);
    if (reader === undefined) return client;
    const journal = client.#resources.use(reader);
    const report = async (executionId: string) => reportExecution(await loadExecution(journal, executionId), options.clock.nowMs());
    const { directory, clock, access, caller, identityToken, auditKeyFile } = options;
    const audit = client.#resources.use(await openAuditLog({ directory, clock, keyFile: auditKeyFile }));
    const introduction = { surroundings: { servers: [], secrets: {}, access }, ...defined({ identityToken }) };
    client.#owner = await connectToOwner(directory, { clock, signal: new AbortController().signal, introduction });
    if (client.#owner !== undefined) client.#resources.use(client.#owner);
    const driven = async (executionId: string) => await client.#driven(executionId);
    const table = addReadingOperations(new OperationTable(caller, { access, audit }), { journal, report, driven, access, audit });
    const records = RecordsReader.open(directory);
    if (records !== undefined) client.#resources.use(records);
    const workflows = records === undefined ? NO_WORKFLOWS : new SqliteWorkflowReader(records);
    client.#table = addWorkflowReadingOperations(table, { journal, history: journal, report, workflows, clock, audit });
    return client;
  }

  async ownerPid(): Promise<number | undefined> {
    return readOwnerNote(this.#directory)?.pid;
  }

  async call<Input, Output, Item>(operation: Operation<Input, Output, Item>, input: Input, options: CallOptions<Item>): Promise<Output> {
    if (this.#table === undefined) return this.#withoutJournal(operation, input);
    if (!OF_THE_OWNER.has(operation.name)) return await this.#table.call(operation, input, options);
    try {
      if (this.#owner !== undefined) return await this.#owner.call(operation, input, options);
    } catch (error) {
      if (!(error instanceof OwnerLeftError)) throw error;
    }
    if (operation.name === getServerStats.name) return NOTHING_MEASURED as Output;
    // Nobody drives it, so there is no news: its state is all there is to tell.
    return (await this.#table.call(getExecution, input as { readonly executionId: string }, { signal: options.signal })) as Output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]();
  }

  async #driven(executionId: string): Promise<boolean> {
    if (this.#owner === undefined) return false;
    try {
      const view = await this.#owner.call(getExecution, { executionId, includeData: false }, { signal: new AbortController().signal });
      return view.driven;
    } catch (error) {
      if (error instanceof OwnerLeftError || isTuttiError(error)) return false;
      throw error;
    }
  }

  #withoutJournal<Input, Output, Item>(operation: Operation<Input, Output, Item>, input: Input): Output {
    if (operation.name === listExecutions.name || operation.name === listInterruptedExecutions.name) return { executions: [] } as Output;
    if (operation.name === getServerStats.name) return NOTHING_MEASURED as Output;
    if (operation.name === checkJournal.name) return { sound: true, faults: [] } as Output;
    if (operation.name === listWorkflows.name) return { workflows: [] } as Output;
    const { workflowId } = input as { readonly workflowId?: string };
    if (workflowId !== undefined) throw new TuttiError("workflow.not-found", `there is no workflow "${workflowId}"`, { workflowId });
    const message = `there is no journal in ${this.#directory} yet`;
    const { executionId } = input as { readonly executionId?: string };
    if (executionId === undefined) throw new TuttiError("file.unreadable", message, { file: this.#directory });
    throw new TuttiError("execution.not-found", `no execution has the id "${executionId}": ${message}`, { executionId });
  }
}
