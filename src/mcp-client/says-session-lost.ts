import { ProtocolError, SdkHttpError } from "@modelcontextprotocol/client";
import { UNSUPPORTED_VERSION } from "./era.ts";

/**
 * Whether an error says that the session is lost.
 *
 * @param session - whether the server has given the session an id; without one there is nothing to lose
 */
export function saysSessionLost(error: unknown, { modern, session }: { readonly modern: boolean; readonly session: boolean }): boolean {
  // There are no sessions in the newer era. A server that has gone back to the older one looks like this.
  if (error instanceof ProtocolError) return modern && error.code === UNSUPPORTED_VERSION;
  if (!(error instanceof SdkHttpError)) return false;
  if (error.status === 404) return modern || session;
  // Many servers have copied an example that answers 400 in place of 404.
  return error.status === 400 && session && /session/i.test(String(error.data["text"]));
}
