import type { Tool } from "@modelcontextprotocol/server";
import * as z from "zod";
import { assert } from "../base/assert.ts";
import { OPERATIONS } from "../contract/operations.ts";
import type { Operation } from "../contract/operation.ts";

/** An operation as clients of MCP see it. */
export interface OperationTool {
  readonly operation: Operation<unknown, unknown, unknown>;
  readonly listed: Tool;
  /** Whether its input has a member `request_key`. */
  readonly takesRequestKey: boolean;
}

/** Which operations are offered: the documented ones, or everything that makes sense for a model. */
export type ToolSet = "standard" | "extended";

/** The documented tools in the order of their documentation: models take what stands first for what matters most. */
const STANDARD_ORDER: readonly string[] = [
  "create_workflow",
  "get_workflow",
  "list_workflows",
  "execute_workflow",
  "get_workflow_status",
  "apply_pattern",
  "list_patterns",
  "validate_pattern_application",
  "distribute_task",
  "get_task_status",
  "aggregate_task_results",
  "get_system_health",
  "get_workflow_metrics",
  "export_workflow_data",
];

/** The operations as tools, always in the same order; those that are not documented come last, by their names. */
export function operationTools(set: ToolSet): readonly OperationTool[] {
  return OPERATIONS.filter(({ tool }) => tool === "standard" || (tool === "extended" && set === "extended"))
    .sort((left, right) => placeOf(left) - placeOf(right) || (left.name < right.name ? -1 : 1))
    .map(toolOf);
}

function placeOf({ name }: Pick<Operation<never, never>, "name">): number {
  const place = STANDARD_ORDER.indexOf(name);
  return place === -1 ? STANDARD_ORDER.length : place;
}

const tools = new Map<string, OperationTool>();

/** Made once: there may be a thousand connections. */
function toolOf(operation: Operation<unknown, unknown, unknown>): OperationTool {
  const made = tools.get(operation.name);
  if (made !== undefined) return made;
  const { name, title, description } = operation;
  const inputSchema = objectSchema(operation.input);
  const listed = {
    name,
    title,
    description,
    inputSchema,
    outputSchema: objectSchema(operation.output),
    annotations: annotationsOf(operation),
  };
  const tool = { operation, listed, takesRequestKey: Object.hasOwn(inputSchema.properties ?? {}, "request_key") };
  tools.set(name, tool);
  return tool;
}

/** The schema of a document of the wire, in the form that every client understands: one object, and nothing to be looked up. */
function objectSchema(schema: z.ZodType): Tool["inputSchema"] {
  const { $schema: _draft, ...document } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12", reused: "inline" });
  assert(document.type === "object", "a tool takes and gives objects");
  return document as Tool["inputSchema"];
}

/**
 * What a client may assume without asking a person. A change that takes a request key makes something new; one that does
 * not, or that replaces or removes, may take something away.
 */
function annotationsOf({ kind, repeatable, permission, route }: Operation<unknown, unknown, unknown>): NonNullable<Tool["annotations"]> {
  const readOnlyHint = kind === "read";
  const replaces = route?.method === "PUT" || route?.method === "DELETE" || repeatable !== "with-request-key";
  return {
    readOnlyHint,
    destructiveHint: !readOnlyHint && replaces,
    idempotentHint: repeatable === "always",
    // Tools of other servers are called by whatever runs something.
    openWorldHint: permission === "tutti:run",
  };
}
