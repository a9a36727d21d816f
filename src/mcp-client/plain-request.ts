import type { Client, RequestOptions, StandardSchemaV1 } from "@modelcontextprotocol/client";

/** A request whose result is given as it came: one odd tool, or one odd result, must not make all others unusable. */
export function plainRequest(client: Client, request: PlainRequest, options: PlainRequestOptions): Promise<unknown> {
  return client.request(request, AS_SENT, { timeout: NO_TIMEOUT_MS, ...options });
}

export interface PlainRequest {
  readonly method: "tools/call" | "tools/list";
  readonly params: Record<string, unknown>;
}

export interface PlainRequestOptions {
  /** Ends it: the SDK's own timers are left out of it. */
  readonly signal: AbortSignal;
  readonly onprogress?: NonNullable<RequestOptions["onprogress"]>;
}

/** For requests that a signal bounds. The longest delay that a timer can have. */
export const NO_TIMEOUT_MS = 2_147_483_647;

const AS_SENT: StandardSchemaV1<unknown, unknown> = {
  "~standard": { version: 1, vendor: "tutti", validate: (value) => ({ value }) },
};
