import type { Ms } from "../base/duration.ts";
import type { JsonObject, Json } from "../base/json.ts";
import type { InputSpec } from "./workflow.ts";

/** A named template of workflows, with what must be there before one of them can do any good. */
export interface PatternDefinition {
  /** `^[a-z0-9][a-z0-9_-]{0,99}$` */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** What it is made of, in a few words each. */
  readonly components: readonly string[];
  /** Kinds of components that it is meant for. Empty: any. */
  readonly appliesTo: readonly string[];
  /** What whoever applies it decides: a JSON Schema by name; required unless it has a default. */
  readonly parameters: Readonly<Record<string, InputSpec>>;
  readonly requirements: readonly PatternRequirement[];
  /** A workflow document without an id, in which `${{ parameters.x }}`, `${{ component }}` and `${{ component_id }}` are filled in. */
  readonly workflow: JsonObject;
  /** What to do when it has been applied, with the same holes. */
  readonly nextSteps: readonly string[];
  readonly monitoring?: PatternMonitoring;
}

/** Something that can be found out before a pattern is applied, and again while it is in force. */
export interface PatternRequirement {
  readonly id: string;
  readonly description: string;
  /** Whether nothing is applied without it. */
  readonly severity: RequirementSeverity;
  /** Leaves the requirement out when this is false: `${{ parameters.x != '' }}`. */
  readonly when?: Json;
  /** One of {@link RequirementCheck} in the words of the file, with holes. */
  readonly check: JsonObject;
}

export type RequirementSeverity = "blocking" | "warning";

/** Which requirements are looked at again while the pattern is in force, and how often. */
export interface PatternMonitoring {
  /** A duration with a unit such as `"5m"`, or a hole that gives one. */
  readonly interval: string;
  /** Ids of requirements. */
  readonly checks: readonly string[];
}

/** One thing to find out, with every hole filled. Nothing in it is ever given to a shell. */
export type RequirementCheck =
  /** Configured, and answers. */
  | { readonly kind: "server"; readonly names: readonly string[] }
  /** `server.tool` is there, and takes these arguments. */
  | { readonly kind: "tool"; readonly names: readonly string[]; readonly with?: JsonObject }
  /** A registered check: that there is one of that name, or that it passes now. */
  | { readonly kind: "check"; readonly names: readonly string[]; readonly is: "registered" | "passing" }
  | { readonly kind: "port"; readonly ports: readonly number[]; readonly is: "free" | "registered" }
  | { readonly kind: "machine"; readonly names: readonly string[] }
  /** A file or folder below the folder of the workspace. */
  | { readonly kind: "file"; readonly paths: readonly string[] }
  /** What was computed from the parameters. */
  | { readonly kind: "parameter"; readonly holds: boolean };

/** A requirement as it is for one application. */
export interface ResolvedRequirement {
  readonly id: string;
  readonly description: string;
  readonly severity: RequirementSeverity;
  readonly check: RequirementCheck;
}

/** What was found out about one requirement. */
export interface RequirementResult {
  readonly id: string;
  readonly description: string;
  readonly severity: RequirementSeverity;
  readonly passed: boolean;
  /** Why not, or what was found. */
  readonly detail?: string;
}

/** What was found out about all requirements of an application. */
export interface PatternValidation {
  /** Whether no blocking requirement is unmet. */
  readonly valid: boolean;
  readonly blockingIssues: readonly PatternIssue[];
  readonly warnings: readonly PatternIssue[];
  readonly checks: readonly RequirementResult[];
  readonly checkedAtMs: number;
}

export interface PatternIssue {
  readonly requirementId: string;
  readonly message: string;
}

export type PatternApplicationStatus = "pending" | "applying" | "applied" | "failed" | "rejected";

/** One use of a pattern for one component, as it is kept. */
export interface PatternApplication {
  readonly applicationId: string;
  readonly tenant?: string;
  /** Of what was asked for with a request key: the same key for something else is a mistake. */
  readonly requestFingerprint?: string;
  readonly patternName: string;
  readonly patternVersion: string;
  readonly targetComponent: string;
  /** As far as it is known without looking at executions; `applied` and `failed` are read from the last one. */
  readonly status: PatternApplicationStatus;
  readonly appliedAtMs: number;
  readonly appliedBy: string;
  /** With the defaults of what was not given. */
  readonly parameters: JsonObject;
  readonly workflowId?: string;
  /** Of the execution that was started with it. */
  readonly executionId?: string;
  /** What was found when its requirements were last looked at. */
  readonly validation?: PatternValidation;
  /** Whether what is looked at again held the last time; undefined before the first. */
  readonly inForce?: boolean;
  readonly nextSteps: readonly string[];
  readonly monitoring?: ApplicationMonitoring;
}

/** What is looked at again while an application is in force. */
export interface ApplicationMonitoring {
  readonly intervalMs: Ms;
  readonly requirements: readonly ResolvedRequirement[];
}

/** What a configuration says about patterns. */
export interface PatternSettings {
  /** Patterns of the user's own, absolute. */
  readonly directory?: string;
  /** Files that patterns require are below it; absolute. */
  readonly folder: string;
  /** Ports that services have in place of those of the table, by service. */
  readonly ports?: Readonly<Record<string, number>>;
}
