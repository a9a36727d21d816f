import type { JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";

/**
 * Changes the arguments of calls to a server for the sake of who they are made for: confines a query to the rows of
 * a tenant, sets the sender of a mail.
 *
 * An injector is asked only about tools that it supports. One that throws fails the call, which is then not sent.
 */
export interface ContextInjector {
  supportsTool(name: string): boolean;

  /**
   * The arguments in place of `params`, which are left as they are.
   *
   * @param params - as the caller wrote them, without the reserved keys; secrets are not filled in yet
   * @param meta - of this call
   */
  injectContext(params: JsonObject, meta: Meta): Promise<JsonObject>;
}
