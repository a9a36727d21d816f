import type { Json } from "../base/json.ts";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/**
 * Takes what an operator wants to know. Fields are snake_case and never hold secrets or data of a tenant; where there
 * is one, a line names its `execution_id`, `call`, `request_id` and `trace_id`, so that lines can be brought together.
 */
export interface Log {
  /** Whether lines of this level go anywhere: what is dear to collect need not be. */
  enabled(level: LogLevel): boolean;
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, Json>>): void;
}

/** Drops everything. */
export const SILENT: Log = { enabled: () => false, write: () => undefined };
