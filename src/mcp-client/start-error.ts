import type { Ms } from "../base/duration.ts";

/** Why a server could not be started or reached. The message continues `server "x" is not available: `. */
export class StartError extends Error {
  override readonly name = "StartError";
  /** The last lines of its stderr. */
  readonly stderr: readonly string[];
  /** What the server asked for in Retry-After. */
  readonly retryAfterMs: Ms | undefined;
  /** Somebody is there, and has refused. */
  readonly reached: boolean;

  constructor(message: string, details: StartErrorDetails) {
    super(message, { cause: details.cause });
    this.stderr = details.stderr ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.reached = details.reached ?? false;
  }
}

interface StartErrorDetails {
  readonly stderr?: readonly string[];
  readonly retryAfterMs?: Ms | undefined;
  readonly reached?: boolean;
  readonly cause?: unknown;
}
