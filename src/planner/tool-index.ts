import type { Catalog, ServerCatalog, Tool } from "../model/tool.ts";
import type { CallPlan } from "../model/plan.ts";
import type { Path, Problem } from "../model/problem.ts";
import type { Effect, ToolUse } from "../model/workflow.ts";
import { readSchema } from "./read-schema.ts";
import type { Schema } from "./schema.ts";
import { suggestAmong, unknownName } from "./suggest.ts";

/** A tool of the catalog, with its schemas as they are needed for checking; each is read once, when it is asked for. */
export interface FoundTool {
  readonly name: string;
  readonly server: ServerCatalog;
  readonly tool: Tool;
  readonly inputSchema: () => Schema;
  readonly outputSchema: () => Schema | undefined;
}

/** Finds the tools that a catalog has. */
export interface ToolIndex {
  readonly find: (use: ToolUse) => FoundTool | undefined;
  /** What is wrong with a use of a tool that is not found. */
  readonly unknown: (use: ToolUse, path: Path) => Problem;
}

/** Indexes the tools of a server when one of them is first used: some servers have 10,000. */
export function createToolIndex(catalog: Catalog): ToolIndex {
  const servers = new Map<string, ReadonlyMap<string, FoundTool>>();
  const toolsOf = (name: string): ReadonlyMap<string, FoundTool> | undefined => {
    const known = servers.get(name);
    const server = Object.hasOwn(catalog, name) ? catalog[name] : undefined;
    if (known !== undefined || server === undefined) return known;
    const tools = new Map(server.tools.map((tool) => [tool.name, foundTool(server, tool)]));
    servers.set(name, tools);
    return tools;
  };
  const suggestServer = suggestAmong(() => Object.keys(catalog));
  const suggestTool = suggestAmong(() => allNames(catalog));
  return {
    find: ({ server, tool }) => toolsOf(server)?.get(tool),
    unknown: ({ server, tool }, path) => {
      if (toolsOf(server) !== undefined) {
        const name = `${server}.${tool}`;
        return unknownName("tool", name, { path, suggestion: suggestTool(name) });
      }
      return unknownName("server", server, { path, suggestion: suggestServer(server) });
    },
  };
}

/**
 * How a call may be treated. Its effect is what the step says, else what the configuration of the server says, else
 * what the server itself says; of a tool of which nobody says anything, it is taken that it acts anew each time.
 */
export function planCall(found: FoundTool | undefined, stated?: Effect): CallPlan {
  const configured = found === undefined ? undefined : own(found.server.effects, found.tool.name);
  const effect = stated ?? configured ?? annotatedEffect(found?.tool) ?? "once";
  return { effect, honoursKey: found?.server.honoursIdempotencyKey ?? false };
}

function annotatedEffect(tool: Tool | undefined): Effect | undefined {
  if (tool?.annotations?.readOnlyHint === true) return "read";
  return tool?.annotations?.idempotentHint === true ? "idempotent" : undefined;
}

function foundTool(server: ServerCatalog, tool: Tool): FoundTool {
  return {
    name: `${server.name}.${tool.name}`,
    server,
    tool,
    inputSchema: once(() => readSchema(tool.inputSchema)),
    outputSchema: once(() => (tool.outputSchema === undefined ? undefined : readSchema(tool.outputSchema))),
  };
}

function* allNames(catalog: Catalog): Iterable<string> {
  for (const [name, server] of Object.entries(catalog)) for (const tool of server.tools) yield `${name}.${tool.name}`;
}

function own<Value>(members: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Computes a value when it is first asked for. */
function once<Value>(compute: () => Value): () => Value {
  let computed: { readonly value: Value } | undefined;
  return () => (computed ??= { value: compute() }).value;
}
