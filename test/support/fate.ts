/** What becomes of one request, or after a WebSocket has been opened of the next bytes that the client sends. */
export type Fate =
  | { readonly kind: "pass"; readonly delayMs?: number }
  /** A part of it arrives, and the connection is reset. */
  | { readonly kind: "cut-request" }
  /** It is served, and the connection is reset in the middle of the answer. */
  | { readonly kind: "cut-response" }
  /** It does not arrive, and nothing is ever answered: a peer that has gone without a word. */
  | { readonly kind: "silence" }
  /** It is served, but nothing comes back any more. */
  | { readonly kind: "mute" }
  /** A status in place of the answer; `served`: the server has done what it was asked. After an upgrade: as `cut-response`. */
  | { readonly kind: "status"; readonly status: number; readonly retryAfterSeconds?: number; readonly served: boolean }
  /** It is served, and the answer makes no sense. */
  | { readonly kind: "garbage" };
