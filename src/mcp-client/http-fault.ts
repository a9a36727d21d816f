/** Why an HTTP exchange with a server failed. It goes through the SDK unchanged to where outcomes are made. */
export class HttpFault extends Error {
  override readonly name = "HttpFault";
  /**
   * `not-sent`: there was no connection to send it over. `lost`: it was sent, and no whole answer came. `refused`: the
   * server answered with a status. `oversized`: the answer is larger than anything Tutti takes.
   */
  readonly kind: "not-sent" | "lost" | "refused" | "oversized";
  /** Present when refused. */
  readonly status: number | undefined;
  /** What the server asked for in Retry-After. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: HttpFault["kind"], message: string, details: HttpFaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}

export interface HttpFaultDetails {
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}
