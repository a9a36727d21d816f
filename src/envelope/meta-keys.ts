/** Where a whole envelope travels in the `_meta` of MCP requests and results, and the capability that announces it. */
export const ENVELOPE_KEY = "dev.tutti/envelope";

/** Where the context of a call travels in `_meta`, for servers that know no envelopes. */
export const CONTEXT_KEY = "dev.tutti/context";

/** Who asks; only for servers that are trusted with it. */
export const SECURITY_KEY = "dev.tutti/security";

/** The same for all attempts of a call. */
export const IDEMPOTENCY_KEY = "dev.tutti/idempotency-key";
