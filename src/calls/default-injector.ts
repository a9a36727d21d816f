import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import { admitsObject } from "./admitted-arguments.ts";
import type { ContextInjector } from "./context-injector.ts";

/** What is known of the server and of the tool that is called. */
export interface DefaultInjectorOptions {
  /** Whether the server may learn who asks. */
  readonly trusted: boolean;
  /** What the tool says of its arguments. */
  readonly inputSchema: JsonObject;
}

/**
 * Puts the context of a call into its arguments, for servers that look for it there: `_context`, `_tracing` and, where
 * the server is trusted, `_security`. Only keys that the tool admits are added: others would make it refuse the call.
 */
export function defaultContextInjector({ trusted, inputSchema }: DefaultInjectorOptions): ContextInjector {
  return {
    supportsTool: () => true,
    async injectContext(params, meta) {
      const sections = { _context: contextOf(meta), _security: trusted ? securityOf(meta) : {}, _tracing: tracingOf(meta) };
      const admitted = Object.entries(sections).filter(
        ([key, section]) => Object.keys(section).length > 0 && admitsObject(inputSchema, key),
      );
      return admitted.length === 0 ? params : { ...params, ...Object.fromEntries(admitted) };
    },
  };
}

function contextOf({ tenant, requestId, timestamp }: Meta): JsonObject {
  return defined({ tenant, request_id: requestId, timestamp });
}

function securityOf({ security, sessionId }: Meta): JsonObject {
  return defined({ user_id: security?.userId, session_id: security?.sessionId ?? sessionId, permissions: security?.permissions });
}

function tracingOf({ tracing }: Meta): JsonObject {
  return defined({ trace_id: tracing?.traceId, span_id: tracing?.spanId, parent_span_id: tracing?.parentSpanId });
}
