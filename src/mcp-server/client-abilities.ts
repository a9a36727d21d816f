import { CLIENT_CAPABILITIES_META_KEY } from "@modelcontextprotocol/server";
import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import { isJsonObject } from "../base/json.ts";
import type { Era } from "./serving.ts";

/** The extension of the protocol for work that goes on after the answer. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** What the client that sent a request has said of itself. */
export interface ClientAbilities {
  /** It can put a form before a person. */
  readonly asksPeople: boolean;
  /** It knows tasks. Only in the modern era: what was called so before was something else. */
  readonly knowsTasks: boolean;
}

/** In the modern era each request says what its client can do; in the legacy era the handshake has said it. */
export function clientAbilities(server: McpServer, era: Era, { mcpReq }: Pick<ServerContext, "mcpReq">): ClientAbilities {
  const envelope: unknown = mcpReq.envelope;
  const declared: unknown =
    era === "legacy" ? server.server.getClientCapabilities() : isJsonObject(envelope) ? envelope[CLIENT_CAPABILITIES_META_KEY] : undefined;
  if (!isJsonObject(declared)) return { asksPeople: false, knowsTasks: false };
  const { elicitation, extensions } = declared;
  // A client of before there were two kinds says nothing of either, and means forms.
  const forms = isJsonObject(elicitation) && (elicitation["form"] !== undefined || elicitation["url"] === undefined);
  return { asksPeople: forms, knowsTasks: era === "modern" && isJsonObject(extensions) && extensions[TASKS_EXTENSION] !== undefined };
}
