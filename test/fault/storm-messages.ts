import type { Json, JsonObject } from "../../src/base/json.ts";
import type { ExecutionView } from "../../src/contract/execution-report.ts";
import type { ServerConfig } from "../../src/model/server.ts";

/** What a Tutti in a storm is opened with. */
export interface StormSettings {
  readonly dataDirectory: string;
  readonly servers: readonly ServerConfig[];
}

/** What the storm wants of a Tutti. */
export type StormOrder =
  /** Starts the execution with this number, or finds it, and tells how it ends. */
  | { readonly type: "run"; readonly index: number; readonly workflow: string; readonly inputs: JsonObject }
  | {
      readonly type: "resolve";
      readonly index: number;
      readonly executionId: string;
      readonly step: string;
      readonly item?: number;
      readonly verdict: "happened" | "not_happened";
      readonly output?: Json;
    }
  | { readonly type: "follow"; readonly index: number; readonly executionId: string }
  | { readonly type: "sample" }
  | { readonly type: "close" };

/** What a Tutti tells the storm. */
export type StormNews =
  | { readonly type: "ready"; readonly resumed: number }
  /** It has ended, or only a person can move it on. */
  | { readonly type: "stopped"; readonly index: number; readonly view: ExecutionView; readonly tally: Tally }
  /** It could not be started; that can be tried again. */
  | { readonly type: "refused"; readonly index: number; readonly message: string }
  | { readonly type: "sample"; readonly sample: Sample }
  /** Everything was let go of; what still keeps the process alive. */
  | { readonly type: "closed"; readonly left: readonly string[] };

/** What the journal of one execution tells of its calls. */
export interface Tally {
  readonly attempts: number;
  readonly retries: number;
  readonly failovers: number;
  readonly hedged: number;
  readonly interrupted: number;
  readonly doubts: number;
  readonly verified: number;
  /** How often an attempt failed, or a replica on the way, by kind and words. */
  readonly causes: Readonly<Record<string, number>>;
}

/** What a process occupies, after everything that nobody uses was thrown away. */
export interface Sample {
  readonly atMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly outsideHeapMb: number;
  /** Open files by kind: socket, pipe, file, ... */
  readonly open: Readonly<Record<string, number>>;
  /** What keeps the process alive, by kind. */
  readonly active: Readonly<Record<string, number>>;
  readonly calls: CallLoad;
}

/** What Tutti itself says of the calls that it makes, of all servers together. */
export interface CallLoad {
  readonly inFlight: number;
  readonly waiting: number;
  /** Amounts of resources that are occupied. */
  readonly reserved: number;
  readonly openBreakers: number;
  /** What Tutti adds to a call, without waiting, since it began: the mean, and the 99th percentile of the server where it is highest. */
  readonly overheadMs: number;
  readonly overheadP99Ms: number;
}
