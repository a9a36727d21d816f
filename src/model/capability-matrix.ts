import type { Ms } from "../base/duration.ts";
import type { Effect } from "./workflow.ts";

/** What can be done with the configured servers, and how what is done hangs together. */
export interface CapabilityMatrix {
  readonly toolCount: number;
  readonly servers: readonly ServerCapability[];
  readonly relationships: readonly Relationship[];
  /** Only of a workflow that can be planned. */
  readonly workflow?: WorkflowCapability;
}

export interface ServerCapability {
  readonly server: string;
  /** False when it does not answer: its tools are not known then. */
  readonly available: boolean;
  readonly tools: readonly ToolCapability[];
}

export interface ToolCapability {
  /** `server.tool` */
  readonly name: string;
  readonly effect: Effect;
}

/** Something that comes before something else. */
export interface Relationship {
  /** `requires`: between tools, as servers are configured; `needs`: between steps of the workflow. */
  readonly kind: "requires" | "needs";
  readonly before: string;
  readonly after: string;
}

export interface WorkflowCapability {
  readonly workflowId: string;
  readonly stepCount: number;
  /** The most steps that can run side by side. */
  readonly parallelPaths: number;
  readonly estimate: CompletionEstimate;
}

/** How long a workflow takes, as far as that can be known from what its steps say of their duration. */
export interface CompletionEstimate {
  /** If everything that can runs side by side. */
  readonly bestMs: Ms;
  /** With what the servers can do at once. */
  readonly expectedMs: Ms;
  /** If one step runs after the other. */
  readonly worstMs: Ms;
}
