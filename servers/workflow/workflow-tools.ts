import type { State } from "../kit/state/state.ts";
import type { Definitions } from "./definitions.ts";
import type { Engine } from "./open-engine.ts";

/** What tools work with. */
export interface WorkflowTools {
  readonly engine: Engine;
  readonly definitions: Definitions;
  readonly state: State;
  /** Executions that one tenant may have under way at once. */
  readonly activeMax: number;
}
