import type { Ms } from "../base/duration.ts";

/** Why a server could not be started or reached. The message continues `server "x" is not available: `. */
export class StartError extends Error {
  override readonly name = "StartError";
  /** The last lines of its stderr. */
  readonly stderr: readonly string[];
  /** What the server asked for in Retry-After. */
  readonly retryAfterMs: Ms | undefined;

  constructor(
    message: string,
    details: { readonly stderr?: readonly string[]; readonly retryAfterMs?: Ms | undefined; readonly cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.stderr = details.stderr ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }
}
