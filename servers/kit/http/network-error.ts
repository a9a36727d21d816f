import { ToolError } from "tutti/server";

interface Circumstances {
  readonly host: string;
  readonly timeoutMs: number;
  /** The time was over. */
  readonly late: boolean;
  /** Whoever called has given up. */
  readonly cancelled: boolean;
}

/** What a request has failed of, in words for whoever called. */
export function networkError(error: unknown, { host, timeoutMs, late, cancelled }: Circumstances): ToolError {
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal;
  if (cancelled) return new ToolError(`the request to ${host} was cancelled`, { type: "External" });
  if (late) return new ToolError(`${host} has not answered within ${timeoutMs} ms`, { type: "External" });
  return new ToolError(`${host} cannot be asked: ${reasonOf(error)}`, { type: "Connection", cause: error });
}

/** The agent and streams wrap what stopped them. */
function refusalIn(error: unknown): ToolError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if (current instanceof ToolError) return current;
  }
  return undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ").slice(0, 300);
  if (!(error instanceof Error)) return String(error).slice(0, 300);
  const code = "code" in error ? `${String(error.code)} ` : "";
  return `${code}${error.message}`.slice(0, 300);
}
