import type { State } from "../../kit/state/state.ts";
import type { TrainingParameters } from "../model/model-file.ts";
import type { SourceFile } from "../table/source-file.ts";

/*
 * J1. A job is run by one owner at a time. It goes to another only when the process of the owner is gone.
 * J2. A job that has ended stays as it ended.
 * J3. A job is completed in the transaction in which its model is listed.
 */

export type JobStatus = "queued" | "running" | "completed" | "failed" | "cancelled";

export interface Job {
  readonly id: string;
  readonly tenant: string;
  readonly status: JobStatus;
  readonly modelId: string;
  readonly order: JobOrder;
  readonly owner: string | undefined;
  readonly cancelled: boolean;
  /** How often it was begun since it last wrote a checkpoint. */
  readonly starts: number;
  readonly epoch: number;
  readonly progress: number;
  readonly secondsPerEpoch: number | undefined;
  readonly losses: readonly number[];
  readonly error: string | undefined;
  readonly result: JobResult | undefined;
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
}

/** What was asked for. */
export interface JobOrder {
  /** Hash of the arguments of the call. */
  readonly asked: string;
  readonly inputSha256: string;
  readonly format: SourceFile["format"];
  readonly columns: SourceFile["columns"];
  readonly rows: number;
  readonly parameters: TrainingParameters;
  readonly modelName: string | undefined;
  readonly heldOutFile: string | undefined;
}

/** What has come of it. */
export interface JobResult {
  readonly accuracy: number | null;
  readonly baselineAccuracy: number | null;
  readonly evaluatedPairs: number;
  readonly heldOutPairs: number;
  readonly learnedPairs: number;
  readonly ignoredRows: number;
  readonly users: number;
  readonly items: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly seconds: number;
  readonly resumedAtEpoch: number | null;
}

/** How far a job is. */
export interface JobProgress {
  readonly epoch: number;
  readonly progress: number;
  readonly secondsPerEpoch: number | undefined;
  readonly losses: readonly number[];
  readonly checkpoint: boolean;
}

export const JOB_SCHEMA = [
  `CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, status TEXT NOT NULL,
    model_id TEXT NOT NULL, request_key TEXT, job_order TEXT NOT NULL, owner TEXT, cancelled INTEGER NOT NULL DEFAULT 0,
    starts INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL DEFAULT 0, progress REAL NOT NULL DEFAULT 0,
    seconds_per_epoch REAL, losses TEXT NOT NULL DEFAULT '[]', error TEXT, result TEXT,
    created_at TEXT NOT NULL, started_at TEXT, ended_at TEXT
  ) STRICT;
  CREATE INDEX jobs_by_status ON jobs (status, number);
  CREATE INDEX jobs_by_tenant ON jobs (tenant, number);
  CREATE INDEX jobs_by_key ON jobs (request_key) WHERE request_key IS NOT NULL;`,
];

type Row = Readonly<Record<string, unknown>>;

export interface JobTable {
  add(job: Pick<Job, "id" | "tenant" | "modelId" | "order" | "createdAt">, requestKey?: string): void;
  find(id: string): Job | undefined;
  /** The newest of a call that has not been cancelled. */
  ofCall(requestKey: string): Job | undefined;
  /** The newest first. */
  ofTenant(tenant: string, limit: number): readonly Job[];
  waiting(tenant: string): number;
  count(status: JobStatus): number;
  /** Those that can be begun: of tenants with few running jobs first, then the oldest. */
  startable(): readonly Job[];
  running(): readonly Job[];
  begin(id: string, owner: string, at: string): void;
  tell(id: string, progress: JobProgress): void;
  end(id: string, ending: Ending): void;
  /** Puts a running job back, to be begun by whoever is first. */
  release(id: string): void;
  askToStop(id: string): void;
  /** Seconds for one learned pair and one number of a vector, as the newest completed job has measured them. */
  measuredRate(): number | undefined;
  has(id: string): boolean;
}

export interface Ending {
  readonly status: "completed" | "failed" | "cancelled";
  readonly at: string;
  readonly error?: string;
  readonly result?: JobResult;
}

/** What learning from a pair costs beside its vectors, in numbers of a vector. */
export const NUMBERS_BESIDE = 8;

/** How many jobs of a tenant are remembered after their end. */
const ENDED_KEPT = 500;

export function openJobTable({ database }: State): JobTable {
  const all = (sql: string, ...values: (string | number)[]): readonly Job[] =>
    database
      .prepare(sql)
      .all(...values)
      .map((row) => jobOf(row as Row));
  const change = (sql: string, values: (string | number | null)[]): void => void database.prepare(sql).run(...values);
  const number = (sql: string, ...values: string[]): number => Number(database.prepare(sql).get(...values)?.["count"]);
  return {
    add({ id, tenant, modelId, order, createdAt }, requestKey) {
      change("INSERT INTO jobs (id, tenant, status, model_id, request_key, job_order, created_at) VALUES (?, ?, 'queued', ?, ?, ?, ?)", [
        id,
        tenant,
        modelId,
        requestKey ?? null,
        JSON.stringify(order),
        createdAt,
      ]);
    },
    find: (id) => all("SELECT * FROM jobs WHERE id = ?", id)[0],
    ofCall: (key) => all("SELECT * FROM jobs WHERE request_key = ? AND status <> 'cancelled' ORDER BY number DESC LIMIT 1", key)[0],
    ofTenant: (tenant, limit) => all("SELECT * FROM jobs WHERE tenant = ? ORDER BY number DESC LIMIT ?", tenant, limit),
    waiting: (tenant) => number("SELECT count(*) AS count FROM jobs WHERE status = 'queued' AND tenant = ?", tenant),
    count: (status) => number("SELECT count(*) AS count FROM jobs WHERE status = ?", status),
    startable: () =>
      all(`SELECT * FROM jobs WHERE status = 'queued'
        ORDER BY (SELECT count(*) FROM jobs AS other WHERE other.status = 'running' AND other.tenant = jobs.tenant), number LIMIT 20`),
    running: () => all("SELECT * FROM jobs WHERE status = 'running' ORDER BY number"),
    begin: (id, owner, at) =>
      change("UPDATE jobs SET status = 'running', owner = ?, starts = starts + 1, started_at = coalesce(started_at, ?) WHERE id = ?", [
        owner,
        at,
        id,
      ]),
    tell: (id, { epoch, progress, secondsPerEpoch, losses, checkpoint }) =>
      change(
        `UPDATE jobs SET epoch = ?, progress = ?, seconds_per_epoch = ?, losses = ?, starts = iif(?, 1, starts) WHERE id = ? AND status = 'running'`,
        [epoch, progress, secondsPerEpoch ?? null, JSON.stringify(losses), Number(checkpoint), id],
      ),
    end(id, { status, at, error, result }) {
      change(
        `UPDATE jobs SET status = ?, ended_at = ?, error = ?, result = ?, owner = NULL, progress = iif(? = 'completed', 1, progress)
          WHERE id = ? AND status IN ('queued', 'running')`,
        [status, at, error ?? null, result === undefined ? null : JSON.stringify(result), status, id],
      );
      change(
        `DELETE FROM jobs WHERE number IN (SELECT number FROM jobs WHERE ended_at IS NOT NULL AND tenant = (SELECT tenant FROM jobs WHERE id = ?)
          ORDER BY number DESC LIMIT -1 OFFSET ?)`,
        [id, ENDED_KEPT],
      );
    },
    release: (id) => change("UPDATE jobs SET status = 'queued', owner = NULL WHERE id = ? AND status = 'running'", [id]),
    askToStop: (id) => change("UPDATE jobs SET cancelled = 1 WHERE id = ? AND status IN ('queued', 'running')", [id]),
    measuredRate() {
      const [job] = all("SELECT * FROM jobs WHERE status = 'completed' ORDER BY ended_at DESC LIMIT 1");
      if (job?.result === undefined || job.secondsPerEpoch === undefined) return undefined;
      return job.secondsPerEpoch / (job.result.learnedPairs * (job.order.parameters.factors + NUMBERS_BESIDE));
    },
    has: (id) => database.prepare("SELECT 1 FROM jobs WHERE id = ?").get(id) !== undefined,
  };
}

function jobOf(row: Row): Job {
  const text = (name: string): string | undefined => (typeof row[name] === "string" ? row[name] : undefined);
  const seconds = row["seconds_per_epoch"];
  const result = text("result");
  return {
    id: String(row["id"]),
    tenant: String(row["tenant"]),
    status: row["status"] as JobStatus,
    modelId: String(row["model_id"]),
    order: JSON.parse(String(row["job_order"])) as JobOrder,
    owner: text("owner"),
    cancelled: row["cancelled"] === 1,
    starts: Number(row["starts"]),
    epoch: Number(row["epoch"]),
    progress: Number(row["progress"]),
    secondsPerEpoch: typeof seconds === "number" ? seconds : undefined,
    losses: JSON.parse(String(row["losses"])) as number[],
    error: text("error"),
    result: result === undefined ? undefined : (JSON.parse(result) as JobResult),
    createdAt: String(row["created_at"]),
    startedAt: text("started_at"),
    endedAt: text("ended_at"),
  };
}
