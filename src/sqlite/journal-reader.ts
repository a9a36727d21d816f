import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { LRUCache } from "lru-cache";
import { assert, present } from "../base/assert.ts";
import type { CallError } from "../model/call.ts";
import type { ExecutionEvent } from "../model/event.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { Plan } from "../model/plan.ts";
import type { ExecutionHistory, ExecutionStatistics, LatestQuery, StatisticsQuery } from "../ports/execution-history.ts";
import type { ExecutionPage, Journal, ListQuery } from "../ports/journal.ts";
import { backupStores } from "./backup-stores.ts";
import { type IntegrityFinding, checkIntegrity } from "./check-integrity.ts";
import { checkRecords } from "./check-records.ts";
import { JOURNAL_FILE } from "./data-directory.ts";
import { decodeEvent } from "./event-row.ts";
import { readStatistics } from "./execution-statistics.ts";
import { FaultLatch } from "./fault-latch.ts";
import { SUMMARY_COLUMNS, latestSql, listSql, parseCursor, printCursor } from "./list-query.ts";
import { type ListedState, UNFINISHED_STATES, outcomeOf, statusOf } from "./listed-state.ts";
import { openDatabaseReader } from "./open-database.ts";
import { type Statement, prepare } from "./prepare.ts";
import { RECORDS_FILE, openRecordsReader } from "./records.ts";
import { parseStoredObject } from "./stored-json.ts";

const LIST_LIMIT_MAX = 1_000;
const FIND_LIMIT = 10;

// Executions that are resumed together mostly share a plan, and one of 10,000 steps takes tens of milliseconds to parse.
const PLANS_CACHED_CHARACTERS = 32 * 1024 * 1024;

/** The part of a journal that changes nothing. */
type ReadableJournal = Pick<Journal, "read" | "plan" | "list" | "unfinished" | "find" | "summary">;

interface SummaryRow {
  readonly id: number;
  readonly execution_id: string;
  readonly workflow_id: string;
  readonly state: ListedState;
  readonly started_at_ms: number;
  readonly updated_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly parent_id: string | null;
  readonly tenant: string | null;
}

/** Reads a journal, beside its owner or without one. Disposing closes the connection. */
export class JournalReader implements ReadableJournal, ExecutionHistory, AsyncDisposable {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #latch: FaultLatch;
  readonly #events: Statement<{ readonly body: string; readonly blob_member: string | null; readonly blob_body: string | null }>;
  readonly #newestEvent: Statement<{ readonly body: string; readonly blob_member: string | null; readonly blob_body: string | null }>;
  readonly #planSize: Statement<{ readonly size: number }>;
  readonly #planBody: Statement<{ readonly body: string }>;
  readonly #summary: Statement<SummaryRow>;
  readonly #latest: Statement<SummaryRow>;
  readonly #latestOf: Statement<SummaryRow>;
  readonly #ofRequest: Statement<{ readonly execution_id: string }>;
  readonly #planHashOf: Statement<{ readonly hash: string }>;
  readonly #unfinished: Statement<{ readonly execution_id: string }>;
  readonly #find: Statement<{ readonly execution_id: string }>;
  readonly #findOf: Statement<{ readonly execution_id: string }>;
  readonly #numberOf: Statement<{ readonly id: number }>;
  readonly #lists = new Map<string, Statement<SummaryRow>>();
  readonly #plans = new LRUCache<string, Plan>({ maxSize: PLANS_CACHED_CHARACTERS });

  constructor(path: string, database: DatabaseSync, latch: FaultLatch = new FaultLatch(path)) {
    this.#path = path;
    this.#database = database;
    this.#latch = latch;
    this.#events = prepare(
      database,
      `SELECT event.body, event.blob_member, blob.body AS blob_body
      FROM executions AS execution JOIN events AS event ON event.execution = execution.id LEFT JOIN blobs AS blob ON blob.id = event.blob
      WHERE execution.execution_id = ? AND event.seq > ? ORDER BY event.seq`,
    );
    this.#newestEvent = prepare(
      database,
      `SELECT event.body, event.blob_member, blob.body AS blob_body
      FROM executions AS execution JOIN events AS event ON event.execution = execution.id LEFT JOIN blobs AS blob ON blob.id = event.blob
      WHERE execution.execution_id = ? ORDER BY event.seq DESC LIMIT 1`,
    );
    this.#planSize = prepare(database, "SELECT octet_length(body) AS size FROM plans WHERE hash = ?");
    this.#planBody = prepare(database, "SELECT body FROM plans WHERE hash = ?");
    this.#summary = prepare(
      database,
      `SELECT ${SUMMARY_COLUMNS} FROM executions AS execution LEFT JOIN executions AS parent ON parent.id = execution.parent
      WHERE execution.execution_id = ?`,
    );
    this.#latest = prepare(database, latestSql("workflow_id = ?1"));
    this.#latestOf = prepare(database, latestSql("workflow_id = ?1 AND tenant = ?2"));
    this.#ofRequest = prepare(database, "SELECT execution_id FROM executions WHERE request_key = ?");
    this.#planHashOf = prepare(
      database,
      "SELECT plans.hash FROM executions JOIN plans ON plans.id = executions.plan WHERE executions.execution_id = ?",
    );
    const unfinished = UNFINISHED_STATES.map((state) => `'${state}'`).join(", ");
    this.#unfinished = prepare(database, `SELECT execution_id FROM executions WHERE state IN (${unfinished}) ORDER BY id`);
    this.#find = prepare(
      database,
      `SELECT execution_id FROM executions WHERE execution_id >= ?1 AND execution_id < ?1 || char(0x10ffff)
      ORDER BY execution_id LIMIT ${FIND_LIMIT}`,
    );
    this.#findOf = prepare(
      database,
      `SELECT execution_id FROM executions WHERE tenant = ?2 AND execution_id >= ?1 AND execution_id < ?1 || char(0x10ffff)
      ORDER BY execution_id LIMIT ${FIND_LIMIT}`,
    );
    this.#numberOf = prepare(database, "SELECT id FROM executions WHERE tenant = ? AND execution_id = ?");
  }

  async read(executionId: string, afterSeq = 0): Promise<readonly ExecutionEvent[]> {
    return this.#latch.run(() => this.#events.all(executionId, afterSeq).map(decodeEvent));
  }

  async plan(planHash: string): Promise<Plan | undefined> {
    return this.#latch.run(() => this.#readPlan(planHash));
  }

  async list(query: ListQuery): Promise<ExecutionPage> {
    assert(query.limit >= 1 && query.limit <= LIST_LIMIT_MAX, `a page has 1 to ${LIST_LIMIT_MAX} executions, not ${query.limit}`);
    const before = parseCursor(query, (tenant, id) => this.#latch.run(() => this.#numberOf.get(tenant, id)?.id));
    const bound = listSql(query, before);
    if (bound === undefined) return { executions: [] };
    const rows = this.#latch.run(() => this.#listStatement(bound.sql).all(...bound.parameters));
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    return {
      executions: page.map(toSummary),
      ...(last !== undefined && rows.length > page.length && { nextCursor: printCursor(query, last) }),
    };
  }

  async unfinished(): Promise<readonly string[]> {
    return this.#latch.run(() => this.#unfinished.all().map((row) => row.execution_id));
  }

  async find(prefix: string, tenant?: string): Promise<readonly string[]> {
    const rows = this.#latch.run(() => (tenant === undefined ? this.#find.all(prefix) : this.#findOf.all(prefix, tenant)));
    const ids = rows.map((row) => row.execution_id);
    return ids[0] === prefix ? [prefix] : ids;
  }

  async summary(executionId: string): Promise<ExecutionSummary | undefined> {
    const row = this.#latch.run(() => this.#summary.get(executionId));
    return row === undefined ? undefined : toSummary(row);
  }

  async ofRequest(requestKey: string): Promise<ExecutionSummary | undefined> {
    const row = this.#latch.run(() => this.#ofRequest.get(requestKey));
    return row === undefined ? undefined : await this.summary(row.execution_id);
  }

  async planOf(executionId: string): Promise<Plan | undefined> {
    return this.#latch.run(() => {
      const row = this.#planHashOf.get(executionId);
      return row === undefined ? undefined : this.#readPlan(row.hash);
    });
  }

  async latest({ workflowId, tenant }: LatestQuery): Promise<ExecutionSummary | undefined> {
    const row = this.#latch.run(() => (tenant === undefined ? this.#latest.get(workflowId) : this.#latestOf.get(workflowId, tenant)));
    return row === undefined ? undefined : toSummary(row);
  }

  async errorOf(executionId: string): Promise<CallError | undefined> {
    const row = this.#latch.run(() => this.#newestEvent.get(executionId));
    const event = row === undefined ? undefined : this.#latch.run(() => decodeEvent(row));
    return event?.type === "execution-ended" ? event.error : undefined;
  }

  async statistics(query: StatisticsQuery): Promise<ExecutionStatistics> {
    return this.#latch.run(() => readStatistics(this.#database, query));
  }

  /**
   * Copies the journal, and the records beside it, into a new data directory, as they are now, while they are in use.
   *
   * @throws TuttiError `input.invalid` - the directory exists; `journal.unusable`
   */
  async backup(targetDirectory: string): Promise<void> {
    using snapshot = this.#snapshot();
    using records = openRecordsReader(dirname(this.#path));
    const beside = records === undefined ? [] : [{ file: RECORDS_FILE, database: records }];
    await backupStores([{ file: JOURNAL_FILE, database: snapshot }, ...beside], targetDirectory);
  }

  /** Reads all of the journal and the records and says what is wrong: see `IntegrityFinding`. Takes about a second for each gigabyte. */
  async checkIntegrity(): Promise<readonly IntegrityFinding[]> {
    using snapshot = this.#snapshot();
    using records = openRecordsReader(dirname(this.#path));
    return [...(await checkIntegrity(snapshot)), ...(records === undefined ? [] : checkRecords(records))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
  }

  /** A connection of its own: long reading in one transaction, between the short ones of everybody else. */
  #snapshot(): DatabaseSync {
    return present(openDatabaseReader(this.#path), "the journal is open, so it is there");
  }

  #readPlan(planHash: string): Plan | undefined {
    // Asked for each time, because pruning may have taken the plan away.
    const size = this.#planSize.get(planHash)?.size;
    if (size === undefined) return undefined;
    const known = this.#plans.get(planHash);
    if (known !== undefined) return known;
    const row = this.#planBody.get(planHash);
    if (row === undefined) return undefined;
    const plan = parseStoredObject(row.body, `the plan ${planHash}`) as unknown as Plan;
    this.#plans.set(planHash, plan, { size });
    return plan;
  }

  /** There are as many texts as there are numbers of ranges: at most twenty, and as many with a workflow, a tenant, and both. */
  #listStatement(sql: string): Statement<SummaryRow> {
    const known = this.#lists.get(sql);
    if (known !== undefined) return known;
    const statement = prepare<SummaryRow>(this.#database, sql);
    this.#lists.set(sql, statement);
    return statement;
  }
}

function toSummary(row: SummaryRow): ExecutionSummary {
  const outcome = outcomeOf(row.state);
  return {
    executionId: row.execution_id,
    workflowId: row.workflow_id,
    status: statusOf(row.state),
    ...(outcome !== undefined && { outcome }),
    startedAtMs: row.started_at_ms,
    updatedAtMs: row.updated_at_ms,
    ...(row.ended_at_ms !== null && { endedAtMs: row.ended_at_ms }),
    ...(row.parent_id !== null && { parentId: row.parent_id }),
    ...(row.tenant !== null && { tenant: row.tenant }),
  };
}
