import type { Catalog, ServerCapacity, ServerCatalog, Tool } from "../model/tool.ts";
import type { CallPlan } from "../model/plan.ts";
import type { Path, Problem } from "../model/problem.ts";
import { toolEffect } from "../model/tool-effect.ts";
import type { Effect, ToolUse } from "../model/workflow.ts";
import { checkSecurity } from "./check-security.ts";
import { readSchema } from "./read-schema.ts";
import type { Schema } from "./schema.ts";
import { didYouMean, hintAt, type NameHint, unknownNames } from "./unknown-name.ts";

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
  readonly server: (name: string) => ServerCatalog | undefined;
  /** What a server can do at once; undefined when no limit is known. */
  readonly capacity: (server: string) => ServerCapacity | undefined;
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
    const usable = server.faults === undefined ? server.tools : [];
    const tools = new Map(usable.map((tool) => [tool.name, foundTool(server, tool)]));
    servers.set(name, tools);
    return tools;
  };
  const unknownServer = unknownNames("server", (name) => hintAt(name, Object.keys(catalog)));
  const unknownTool = unknownNames("tool", (name) => hintAtTool(catalog, name));
  return {
    find: ({ server, tool }) => toolsOf(server)?.get(tool),
    server: (name) => own(catalog, name),
    capacity: (server) => own(catalog, server)?.capacity,
    unknown: ({ server: name, tool }, path) => {
      const server = own(catalog, name);
      if (server === undefined) return unknownServer(name, { path });
      return checkSecurity(server, path) ?? checkPresence(server, path) ?? unknownTool(`${name}.${tool}`, { path });
    },
  };
}

function checkPresence({ name, away }: ServerCatalog, path: Path): Problem | undefined {
  if (away !== true) return undefined;
  return { code: "server-away", severity: "error", message: `no machine that has server "${name}" is online`, path };
}

/** When just one other server has a tool of that name, it was meant; else one with a similar name on the same server. */
function hintAtTool(catalog: Catalog, name: string): NameHint {
  const [server = "", ...rest] = name.split(".");
  const tool = rest.join(".");
  const [elsewhere, ...others] = Object.values(catalog).filter(({ tools }) => tools.some((other) => other.name === tool));
  if (elsewhere !== undefined && others.length === 0) return didYouMean(`${elsewhere.name}.${tool}`);
  const names = own(catalog, server)?.tools.map((other) => `${server}.${other.name}`);
  return hintAt(name, names ?? []);
}

/**
 * How a call may be treated. Its effect is what the step says, else what the configuration of the server says, else
 * what the server itself says; of a tool of which nobody says anything, it is taken that it acts anew each time.
 */
export function planCall(found: FoundTool | undefined, stated?: Effect): CallPlan {
  const effect = stated ?? (found === undefined ? "once" : toolEffect(found.tool, found.server.effects));
  return { effect, honoursKey: found?.server.honoursIdempotencyKey ?? false };
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

function own<Value>(members: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Computes a value when it is first asked for. */
function once<Value>(compute: () => Value): () => Value {
  let computed: { readonly value: Value } | undefined;
  return () => (computed ??= { value: compute() }).value;
}
