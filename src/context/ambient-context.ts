import { AsyncLocalStorage } from "node:async_hooks";
import type { Context } from "../envelope/context.ts";
import { ContextError } from "../envelope/context-error.ts";
import { refuseWidening } from "../envelope/refuse-widening.ts";

const storage = new AsyncLocalStorage<Context | undefined>();

/**
 * Does work in a context: the work, and whatever it begins, finds it as {@link currentContext}.
 *
 * A context inside another may only be an equal or a smaller one. One without a tenant inherits none; inside it there
 * is no tenant, and no way back to the outer one's.
 *
 * Generators and listeners run in the context of whoever asks for the next value or emits the event, not of whoever
 * made them.
 *
 * @throws ContextError `other-tenant` or `more-claims`
 */
export function runInContext<T>(context: Context, work: () => T): T {
  const outer = storage.getStore();
  if (outer !== undefined) refuseWidening(outer.meta, context.meta);
  return storage.run(context, work);
}

/**
 * Does work in no context: for what belongs to the process and not to the message that happened to begin it, such as
 * a pool of connections, and for work whose context comes from the journal.
 */
export function runWithoutContext<T>(work: () => T): T {
  return storage.run(undefined, work);
}

export function currentContext(): Context | undefined {
  return storage.getStore();
}

/** @throws ContextError `no-context` */
export function requireContext(): Context {
  const context = storage.getStore();
  if (context === undefined) throw new ContextError("no-context", "No context available");
  return context;
}
