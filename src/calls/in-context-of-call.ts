import { runInContext, runWithoutContext } from "../context/ambient-context.ts";
import { Context } from "../envelope/context.ts";
import type { CallOnItsWay } from "./call-stage.ts";

/**
 * Runs code of others, an injector or a source of secrets, so that it finds for whom a call is made. Only such code is run
 * like this, because a context costs more than all the rest of the path.
 *
 * The context of a call comes from its execution, whoever happened to begin that.
 */
export function inContextOfCall<T>({ meta }: CallOnItsWay, work: (context: Context) => T): T {
  const context = Context.of(meta);
  return runWithoutContext(() => runInContext(context, () => work(context)));
}
