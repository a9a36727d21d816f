import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import type { Effect } from "../model/workflow.ts";
import { jsonObject } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `list_tools`. */
export interface ListToolsInput {
  /** Default: the tools of all servers. */
  readonly server?: string;
}

/** One tool, as a workflow can use it. */
export interface ToolEntry {
  /** `server.tool` */
  readonly name: string;
  readonly server: string;
  readonly description?: string;
  /** As it follows from the configuration and the tool's own annotations. */
  readonly effect: Effect;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
}

/** Output of `list_tools`. */
export interface ListToolsOutput {
  readonly tools: readonly ToolEntry[];
}

/** Lists the tools of one server or of all. */
export const listTools: Operation<ListToolsInput, ListToolsOutput> = {
  name: "list_tools",
  title: "List tools",
  description: "Lists the tools of one server or of all, with what a call of each may do.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/tools" },
  errors: ["server.not-found", "server.unavailable"],
  input: wireObject<ListToolsInput>({ server: z.string().exactOptional() }),
  output: wireObject<ListToolsOutput>({
    tools: z.array(
      wireObject<ToolEntry>({
        name: z.string(),
        server: z.string(),
        description: z.string().exactOptional(),
        effect: z.enum(["read", "idempotent", "once"]),
        inputSchema: jsonObject,
        outputSchema: jsonObject.exactOptional(),
      }),
    ),
  }),
};
