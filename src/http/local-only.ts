import type { MiddlewareHandler } from "hono";
import { isLocalAddress } from "../model/local-address.ts";

/**
 * Refuses what a page in somebody's browser sends: under another name of this machine (DNS rebinding, which the `Host`
 * header gives away), or from a page of elsewhere, which says so in `Origin`.
 */
export const localOnly: MiddlewareHandler = async (context, next) => {
  const host = context.req.header("host");
  if (host === undefined || !isLocalAddress(`http://${host}`))
    return context.json(refusal("this host name is not one of this machine"), 403);
  const origin = context.req.header("origin");
  if (origin !== undefined && !isLocalAddress(origin)) return context.json(refusal("pages of other machines may not ask this"), 403);
  return await next();
};

function refusal(message: string): { readonly error: { readonly message: string } } {
  return { error: { message } };
}
