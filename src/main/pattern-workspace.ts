import { portTable } from "../model/port-table.ts";
import type { PatternSettings } from "../model/pattern.ts";
import type { Caller } from "../operations/operation-context.ts";
import type { Log } from "../ports/log.ts";
import type { PatternSource, RequirementProbes } from "../ports/patterns.ts";
import { BUILT_IN_PATTERNS, PatternDirectory } from "./pattern-directory.ts";
import { requirementProbes } from "./requirement-probes.ts";
import type { ProbeOptions } from "./requirement-probes.ts";
import type { Workspace } from "./workspace.ts";

/** The patterns of one configuration, and what finds out about their requirements with its servers. */
export interface PatternWorkspace extends Disposable {
  readonly patterns: PatternSource;
  readonly probes: (caller: Caller) => RequirementProbes;
}

/** With what patterns are looked at. */
export interface PatternSurroundings extends Pick<ProbeOptions, "checks" | "machines" | "clock"> {
  readonly workspace: Workspace;
  readonly log: Log;
}

/** Reads the pattern directory, if there is one, and follows it until it is disposed. */
export function openPatternWorkspace({ directory, folder, ports = {} }: PatternSettings, around: PatternSurroundings): PatternWorkspace {
  const { workspace, log, ...sources } = around;
  const { discovery, catalogs } = workspace.pool;
  const opened = directory === undefined ? undefined : new PatternDirectory({ directory, clock: sources.clock, log });
  return {
    patterns: opened ?? BUILT_IN_PATTERNS,
    probes: requirementProbes({ ...sources, discovery, catalogs, caller: workspace.caller, folder, ports: portTable(ports) }),
    [Symbol.dispose]: () => opened?.[Symbol.dispose](),
  };
}
