import type { Catalog, Workflow } from "tutti";
import { stepsOf } from "./definitions.ts";

/** Servers that have every tool that these workflows call, with any arguments: to find out what waits for what without asking anybody. */
export function permissiveCatalog(workflows: readonly Workflow[]): Catalog {
  const used = workflows
    .flatMap(stepsOf)
    .flatMap(({ action, verify, compensate, fallback }) => [
      ...(action.kind === "tool" ? [action] : []),
      ...(verify === undefined ? [] : [verify]),
      ...(compensate === undefined ? [] : [compensate]),
      ...(fallback?.kind === "tool" ? [fallback] : []),
    ]);
  const servers = [...Map.groupBy(used, ({ server }) => server)].map(([name, uses]) => {
    const tools = [...new Set(uses.map(({ tool }) => tool))].map((tool) => ({ name: tool, inputSchema: { type: "object" } }));
    return [name, { name, tools, honoursIdempotencyKey: true, effects: {}, requires: {} }] as const;
  });
  return Object.fromEntries(servers);
}
