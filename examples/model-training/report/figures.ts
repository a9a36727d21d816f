import { type Execution, numberIn, partOf, type Step } from "./execution.ts";

/** What an execution has done, counted. What did not come about is undefined. */
export interface Figures {
  readonly execution: string;
  readonly outcome: string;
  readonly seconds: number;
  /** Attempts of calls, by server, the busiest first. */
  readonly operations: readonly { readonly server: string; readonly calls: number }[];
  readonly calls: number;
  readonly failedSteps: number;
  readonly retries: number;
  readonly undone: number;
  readonly data: {
    readonly rowsRead?: number;
    readonly rowsLearned?: number;
    /** Of all files that steps have written, each once. */
    readonly fileBytes: number;
    /** Of what is stored, with all its replicas. */
    readonly storedBytes: number;
  };
  readonly training: {
    readonly seconds?: number;
    readonly epochs?: number;
    readonly accuracy?: number;
    readonly baselineAccuracy?: number;
    /** The mean loss of each epoch. */
    readonly losses: readonly number[];
  };
  readonly security: { readonly entries?: number; readonly valid?: boolean };
  /** Servers that said at the end that they are healthy, of those that were asked. */
  readonly healthy: { readonly servers: number; readonly of: number };
  /** As Tutti measures them: see docs/operations.md. */
  readonly coordination: {
    readonly criticalPathSeconds?: number;
    readonly parallelEfficiency?: number;
    readonly maximumEfficiency?: number;
    readonly efficiencyRatio?: number;
    readonly overheadShare?: number;
    readonly meanLatencyMs?: number;
    readonly selectionAccuracy?: number;
    readonly score?: number;
  };
}

/** Counts what the journal of an execution says. */
export function figuresOf(execution: Execution): Figures {
  const { steps = [], metrics = {} } = execution;
  const output = (id: string): unknown => steps.find((step) => step.id === id)?.output;
  const health = steps.filter(({ id, status }) => id.endsWith("_health") && status === "completed");
  return {
    execution: execution.execution_id,
    outcome: execution.outcome ?? "not ended",
    seconds: (numberIn(metrics, "duration_ms") ?? 0) / 1_000,
    operations: operationsOf(steps),
    calls: numberIn(metrics, "calls") ?? 0,
    failedSteps: steps.filter(({ status }) => status === "failed").length,
    retries: numberIn(metrics, "retries") ?? 0,
    undone: steps.filter(({ compensation }) => compensation === "completed").length,
    data: {
      ...defined("rowsRead", numberIn(output("extract"), "row_count")),
      ...defined("rowsLearned", numberIn(output("prepare"), "rows_out")),
      fileBytes: sum(steps.flatMap(outputsOf).flatMap((each) => numberIn(each, "bytes") ?? [])),
      storedBytes: sum(steps.flatMap(outputsOf).map(storedBytesOf)),
    },
    training: trainingOf(steps),
    security: {
      ...defined("entries", numberIn(output("verify_audit"), "entries")),
      ...defined("valid", booleanIn(output("verify_audit"), "valid")),
    },
    healthy: { servers: health.filter((step) => partOf(step.output, "status") === "healthy").length, of: health.length },
    coordination: coordinationOf(metrics),
  };
}

function operationsOf(steps: readonly Step[]): Figures["operations"] {
  const calls = new Map<string, number>();
  for (const { server, attempts = 0 } of steps) if (typeof server === "string") calls.set(server, (calls.get(server) ?? 0) + attempts);
  return [...calls].map(([server, count]) => ({ server, calls: count })).toSorted((one, other) => other.calls - one.calls);
}

function trainingOf(steps: readonly Step[]): Figures["training"] {
  const job = partOf(steps.find(({ id }) => id === "trained")?.output, "jobs", 0);
  const losses = partOf(job, "losses");
  return {
    ...defined("seconds", numberIn(job, "duration_seconds")),
    ...defined("epochs", numberIn(job, "epochs")),
    ...defined("accuracy", numberIn(job, "accuracy")),
    ...defined("baselineAccuracy", numberIn(job, "baseline_accuracy")),
    losses: Array.isArray(losses) ? losses.filter((loss) => typeof loss === "number") : [],
  };
}

function coordinationOf(metrics: unknown): Figures["coordination"] {
  const criticalPathMs = numberIn(metrics, "critical_path_ms");
  return {
    ...defined("criticalPathSeconds", criticalPathMs === undefined ? undefined : criticalPathMs / 1_000),
    ...defined("parallelEfficiency", numberIn(metrics, "parallel_efficiency")),
    ...defined("maximumEfficiency", numberIn(metrics, "maximum_efficiency")),
    ...defined("efficiencyRatio", numberIn(metrics, "efficiency_ratio")),
    ...defined("overheadShare", numberIn(metrics, "overhead_share")),
    ...defined("meanLatencyMs", numberIn(metrics, "mean_latency_ms")),
    ...defined("selectionAccuracy", numberIn(metrics, "selection_accuracy")),
    ...defined("score", numberIn(metrics, "score")),
  };
}

function outputsOf({ output }: Step): readonly unknown[] {
  return Array.isArray(output) ? output : [output];
}

function storedBytesOf(output: unknown): number {
  const replicas = partOf(output, "replicas");
  return Array.isArray(replicas) ? (numberIn(output, "bytes") ?? 0) * replicas.length : 0;
}

function booleanIn(value: unknown, key: string): boolean | undefined {
  const part = partOf(value, key);
  return typeof part === "boolean" ? part : undefined;
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [Name in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [Name in Key]?: Value });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
