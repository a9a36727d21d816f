import type { DatabaseSync } from "node:sqlite";
import { assert, present } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { TuttiError } from "../model/errors.ts";
import { requestKeyTaken } from "../model/request-key-taken.ts";
import type { StoredWorkflow, StoredWorkflowFacts } from "../model/stored-workflow.ts";
import type {
  ChangeAuthor,
  RequestMark,
  VersionPage,
  WorkflowChange,
  WorkflowContent,
  WorkflowQuery,
  WorkflowStore,
  WorkflowVersion,
} from "../ports/workflow-store.ts";
import { prepare } from "./prepare.ts";
import type { Records } from "./records.ts";
import { parseStoredObject } from "./stored-json.ts";

const LIST_LIMIT_MAX = 1_000;

/** A request comes again within seconds, or after an outage. */
const REQUESTS_KEPT_MS = 30 * 24 * 3_600_000;

/** Rows that one change forgets at most, so that no change takes long. */
const REQUESTS_FORGOTTEN_MAX = 100;

const FACTS =
  "workflow_id, version, status, name, pattern, exposed, schedule, step_count, created_at_ms, updated_at_ms, created_by, tenant";

interface FactsRow {
  readonly workflow_id: string;
  readonly version: number;
  readonly status: StoredWorkflow["status"];
  readonly name: string | null;
  readonly pattern: string | null;
  readonly exposed: number;
  readonly schedule: string | null;
  readonly step_count: number;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  readonly created_by: string;
  readonly tenant: string;
}

interface CurrentRow {
  readonly id: number;
  readonly version: number;
  readonly status: StoredWorkflow["status"];
  readonly body: string;
}

/** The workflows of a data directory, in its records; also beside their owner. */
export class SqliteWorkflowReader implements Pick<WorkflowStore, "get" | "list" | "scheduled" | "versions"> {
  readonly #records: Pick<Records, "read">;

  constructor(records: Pick<Records, "read">) {
    this.#records = records;
  }

  async get(tenant: string | undefined, workflowId: string, version?: number): Promise<StoredWorkflow | undefined> {
    return this.#records.read((database) => {
      const facts = factsOf(database, tenant, workflowId);
      if (facts === undefined) return undefined;
      const wanted = version ?? facts.version;
      const select = `SELECT body FROM workflow_versions WHERE version = ?
        AND workflow = (SELECT id FROM workflows WHERE tenant = ? AND workflow_id = ?)`;
      const row = prepare<{ readonly body: string }>(database, select).get(wanted, tenant ?? "", workflowId);
      if (row === undefined) return undefined;
      const definition = parseStoredObject(row.body, `version ${wanted} of the workflow "${workflowId}"`);
      return { ...facts, version: wanted, definition };
    });
  }

  async scheduled(): Promise<readonly StoredWorkflowFacts[]> {
    const select = `SELECT ${FACTS} FROM workflows WHERE schedule IS NOT NULL AND status = 'active' ORDER BY id`;
    return this.#records.read((database) => prepare<FactsRow>(database, select).all().map(toFacts));
  }

  async list({ tenant, pattern, exposed, after = "", limit }: WorkflowQuery): Promise<readonly StoredWorkflowFacts[]> {
    assert(limit >= 1 && limit <= LIST_LIMIT_MAX, `a page has 1 to ${LIST_LIMIT_MAX} workflows, not ${limit}`);
    const filters = `${pattern === undefined ? "" : "AND pattern = ? "}${exposed === undefined ? "" : "AND exposed = 1 "}`;
    const select = `SELECT ${FACTS} FROM workflows WHERE tenant = ? AND workflow_id > ? ${filters}ORDER BY workflow_id LIMIT ?`;
    const parameters = [tenant ?? "", after, ...(pattern === undefined ? [] : [pattern]), limit];
    return this.#records.read((database) =>
      prepare<FactsRow>(database, select)
        .all(...parameters)
        .map(toFacts),
    );
  }

  async versions(tenant: string | undefined, workflowId: string, { before, limit }: VersionPage): Promise<readonly WorkflowVersion[]> {
    assert(limit >= 1 && limit <= LIST_LIMIT_MAX, `a page has 1 to ${LIST_LIMIT_MAX} versions, not ${limit}`);
    const select = `SELECT version, created_at_ms AS createdAtMs, created_by AS createdBy FROM workflow_versions
      WHERE workflow = (SELECT id FROM workflows WHERE tenant = ? AND workflow_id = ?) AND version < ? ORDER BY version DESC LIMIT ?`;
    const parameters = [tenant ?? "", workflowId, before ?? Number.MAX_SAFE_INTEGER, limit];
    return this.#records.read((database) =>
      prepare<WorkflowVersion>(database, select)
        .all(...parameters)
        .map((row) => ({ ...row })),
    );
  }
}

/** The workflows of a data directory, which its owner may change. */
export class SqliteWorkflowStore extends SqliteWorkflowReader implements WorkflowStore {
  readonly #records: Records;
  readonly #clock: Clock;

  constructor({ records, clock }: { readonly records: Records; readonly clock: Clock }) {
    super(records);
    this.#records = records;
    this.#clock = clock;
  }

  async create(content: WorkflowContent, by: ChangeAuthor): Promise<WorkflowChange> {
    const body = JSON.stringify(content.definition);
    return await this.#change(by, body.length, (database) => {
      const { workflowId, status } = content;
      if (currentOf(database, by.tenant, workflowId) !== undefined) {
        const message = `there is a workflow "${workflowId}" already: choose another id, or change it with update_workflow`;
        throw new TuttiError("workflow.exists", message, { workflowId });
      }
      const nowMs = this.#clock.nowMs();
      const insert = `INSERT INTO workflows (version, created_at_ms, created_by, tenant, workflow_id, status, name, pattern, exposed,
        schedule, step_count, updated_at_ms) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`;
      const row = prepare<{ readonly id: number }>(database, insert).get(
        nowMs,
        by.createdBy,
        by.tenant ?? "",
        workflowId,
        ...columnsOf(content),
        nowMs,
      );
      insertVersion(database, { workflow: present(row, "an insert returns its row").id, version: 1, body, nowMs, by });
      return { workflowId, version: 1, status, changed: true };
    });
  }

  async update(content: WorkflowContent, by: ChangeAuthor & { readonly expectedVersion?: number }): Promise<WorkflowChange> {
    const body = JSON.stringify(content.definition);
    return await this.#change(by, body.length, (database) => {
      const { workflowId, status } = content;
      const current = foundIn(database, by.tenant, workflowId);
      checkVersion(workflowId, current.version, by.expectedVersion);
      if (current.body === body) return { workflowId, version: current.version, status: current.status, changed: false };
      const nowMs = this.#clock.nowMs();
      const version = current.version + 1;
      const update = `UPDATE workflows SET version = ?, status = ?, name = ?, pattern = ?, exposed = ?, schedule = ?, step_count = ?, updated_at_ms = ?
        WHERE id = ?`;
      prepare(database, update).run(version, ...columnsOf(content), nowMs, current.id);
      insertVersion(database, { workflow: current.id, version, body, nowMs, by });
      return { workflowId, version, status, changed: true };
    });
  }

  async remove(workflowId: string, by: ChangeAuthor): Promise<WorkflowChange> {
    return await this.#change(by, 0, (database) => {
      const { id, version, status } = foundIn(database, by.tenant, workflowId);
      prepare(database, "DELETE FROM workflows WHERE id = ?").run(id);
      return { workflowId, version, status, changed: true };
    });
  }

  /** Makes a change, or finds what the same request has made before. Nothing comes between looking and changing. */
  async #change(by: ChangeAuthor, sizeBytes: number, make: (database: DatabaseSync) => WorkflowChange): Promise<WorkflowChange> {
    const { request } = by;
    return await this.#records.write((database) => {
      const known = request === undefined ? undefined : answerTo(database, by.tenant, request);
      if (known !== undefined) return known;
      const change = make(database);
      if (request !== undefined) this.#remember(database, { tenant: by.tenant ?? "", request, change });
      return change;
    }, sizeBytes + 1_000);
  }

  #remember(database: DatabaseSync, { tenant, request, change }: AnsweredRequest): void {
    const nowMs = this.#clock.nowMs();
    const forget = `DELETE FROM workflow_requests WHERE rowid IN
      (SELECT rowid FROM workflow_requests WHERE at_ms < ? ORDER BY at_ms LIMIT ${REQUESTS_FORGOTTEN_MAX})`;
    prepare(database, forget).run(nowMs - REQUESTS_KEPT_MS);
    const insert = "INSERT INTO workflow_requests (tenant, request_key, fingerprint, answer, at_ms) VALUES (?, ?, ?, ?, ?)";
    prepare(database, insert).run(tenant, request.key, request.fingerprint, JSON.stringify(change), nowMs);
  }
}

interface AnsweredRequest {
  readonly tenant: string;
  readonly request: RequestMark;
  readonly change: WorkflowChange;
}

function answerTo(database: DatabaseSync, tenant: string | undefined, { key, fingerprint }: RequestMark): WorkflowChange | undefined {
  const select = "SELECT fingerprint, answer FROM workflow_requests WHERE tenant = ? AND request_key = ?";
  const row = prepare<{ readonly fingerprint: string; readonly answer: string }>(database, select).get(tenant ?? "", key);
  if (row === undefined) return undefined;
  if (row.fingerprint === fingerprint) {
    return parseStoredObject(row.answer, `the answer to the request "${key}"`) as unknown as WorkflowChange;
  }
  throw requestKeyTaken(key, "another request before");
}

function currentOf(database: DatabaseSync, tenant: string | undefined, workflowId: string): CurrentRow | undefined {
  const select = `SELECT workflows.id, workflows.version, workflows.status, current.body FROM workflows
    JOIN workflow_versions AS current ON current.workflow = workflows.id AND current.version = workflows.version
    WHERE workflows.tenant = ? AND workflows.workflow_id = ?`;
  return prepare<CurrentRow>(database, select).get(tenant ?? "", workflowId);
}

function foundIn(database: DatabaseSync, tenant: string | undefined, workflowId: string): CurrentRow {
  const current = currentOf(database, tenant, workflowId);
  if (current === undefined) throw new TuttiError("workflow.not-found", `there is no workflow "${workflowId}"`, { workflowId });
  return current;
}

function checkVersion(workflowId: string, version: number, expected: number | undefined): void {
  if (expected === undefined || expected === version) return;
  const message = `the workflow "${workflowId}" is of version ${version} by now, not ${expected}: look at it again before changing it`;
  throw new TuttiError("workflow.changed", message, { workflowId, version });
}

function columnsOf({
  status,
  name,
  pattern,
  exposed,
  schedule,
  stepCount,
}: WorkflowContent): readonly [string, string | null, string | null, number, string | null, number] {
  return [status, name ?? null, pattern ?? null, exposed ? 1 : 0, schedule ?? null, stepCount];
}

interface NewVersion {
  readonly workflow: number;
  readonly version: number;
  readonly body: string;
  readonly nowMs: number;
  readonly by: ChangeAuthor;
}

function insertVersion(database: DatabaseSync, { workflow, version, body, nowMs, by }: NewVersion): void {
  const insert = "INSERT INTO workflow_versions (workflow, version, body, created_at_ms, created_by) VALUES (?, ?, ?, ?, ?)";
  prepare(database, insert).run(workflow, version, body, nowMs, by.createdBy);
}

function factsOf(database: DatabaseSync, tenant: string | undefined, workflowId: string): StoredWorkflowFacts | undefined {
  const select = `SELECT ${FACTS} FROM workflows WHERE tenant = ? AND workflow_id = ?`;
  const row = prepare<FactsRow>(database, select).get(tenant ?? "", workflowId);
  return row === undefined ? undefined : toFacts(row);
}

function toFacts(row: FactsRow): StoredWorkflowFacts {
  return {
    workflowId: row.workflow_id,
    version: row.version,
    status: row.status,
    ...(row.name !== null && { name: row.name }),
    ...(row.pattern !== null && { pattern: row.pattern }),
    exposed: row.exposed === 1,
    ...(row.schedule !== null && { schedule: row.schedule }),
    stepCount: row.step_count,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    createdBy: row.created_by,
    ...(row.tenant !== "" && { tenant: row.tenant }),
  };
}
