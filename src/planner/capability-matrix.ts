import type { Ms } from "../base/duration.ts";
import { defined } from "../base/defined.ts";
import type { CapabilityMatrix, Relationship, ServerCapability, WorkflowCapability } from "../model/capability-matrix.ts";
import type { Plan, PlanNode } from "../model/plan.ts";
import { toolEffect } from "../model/tool-effect.ts";
import type { ServerCatalog } from "../model/tool.ts";

/** A server, and whether it answers. */
export interface KnownServer extends ServerCatalog {
  readonly available: boolean;
}

/** Brings together what the servers can do, what must come before what, and how long a workflow takes with them. */
export function capabilityMatrix(servers: readonly KnownServer[], plan?: Plan): CapabilityMatrix {
  const described = servers.map(describeServer);
  return {
    toolCount: described.reduce((sum, { tools }) => sum + tools.length, 0),
    servers: described,
    relationships: [...requirements(servers), ...(plan === undefined ? [] : stepOrder(plan))],
    ...defined({ workflow: plan === undefined ? undefined : describePlan(plan) }),
  };
}

function describeServer({ name: server, available, tools, effects }: KnownServer): ServerCapability {
  return { server, available, tools: tools.map((tool) => ({ name: `${server}.${tool.name}`, effect: toolEffect(tool, effects) })) };
}

/** What the configuration says that a tool requires: one of the same server if that has it, else one of any server. */
function requirements(servers: readonly KnownServer[]): readonly Relationship[] {
  const names = new Set<string>();
  const byTool = new Map<string, string[]>();
  for (const { name: server, tools } of servers) {
    for (const { name: tool } of tools) {
      names.add(`${server}.${tool}`);
      byTool.set(tool, [...(byTool.get(tool) ?? []), `${server}.${tool}`]);
    }
  }
  const meant = (required: string, server: string): readonly string[] => {
    if (names.has(required)) return [required];
    const own = `${server}.${required}`;
    return names.has(own) ? [own] : (byTool.get(required) ?? []);
  };
  return servers.flatMap(({ name: server, requires }) =>
    Object.entries(requires).flatMap(([tool, all]) => {
      const after = `${server}.${tool}`;
      if (!names.has(after)) return [];
      return all.flatMap((required) => meant(required, server)).map((before) => ({ kind: "requires" as const, before, after }));
    }),
  );
}

function stepOrder({ nodes }: Plan): readonly Relationship[] {
  return nodes.flatMap(({ step, needs }) =>
    needs.flatMap((need) => {
      const before = nodes[need];
      return before === undefined ? [] : [{ kind: "needs" as const, before: before.step.id, after: step.id }];
    }),
  );
}

function describePlan({ workflow, nodes, parallelPaths, estimateMs }: Plan): WorkflowCapability {
  const phases = (["main", "finally"] as const).map((name) => nodes.filter(({ phase }) => phase === name));
  const bestMs = phases.reduce((sumMs, phase) => sumMs + longestMs(phase), 0);
  const worstMs = nodes.reduce((sumMs, node) => sumMs + node.estimateMs, 0);
  return { workflowId: workflow.id, stepCount: nodes.length, parallelPaths, estimate: { bestMs, expectedMs: estimateMs, worstMs } };
}

/** Every chain of a phase is the rest of one that begins with its first step. */
function longestMs(phase: readonly PlanNode[]): Ms {
  return phase.reduce((longest, { remainingMs = 0 }) => Math.max(longest, remainingMs), 0);
}
