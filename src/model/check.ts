import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";

/** Something that can be found out and that is right or not: a program of the allowed ones, or a tool. Never text for a shell. */
export type CheckConfig =
  | {
      readonly kind: "command";
      readonly command: string;
      readonly args: readonly string[];
      /** Absolute. */
      readonly workingDirectory: string;
      readonly env: Readonly<Record<string, string>>;
      /** Default 10 minutes. */
      readonly timeoutMs?: Ms;
    }
  | {
      readonly kind: "tool";
      readonly server: string;
      readonly tool: string;
      readonly arguments: JsonObject;
      readonly timeoutMs?: Ms;
    };

/** What does the work of steps that only say their type. */
export interface HandlerConfig {
  readonly server: string;
  readonly tool: string;
}

/** Who reviews, and how long that may take. */
export interface ReviewConfig {
  /** One of these is needed to answer; where it is empty, whoever may answer approvals. */
  readonly roles: readonly string[];
  /** The gate fails after that. Default: no limit. */
  readonly timeoutMs?: Ms;
}

/** What a configuration allows steps and patterns to ask for, by name. */
export interface CheckRegistry {
  readonly checks: Readonly<Record<string, CheckConfig>>;
  /** By the type of a step. */
  readonly handlers: Readonly<Record<string, HandlerConfig>>;
  /** By the name of the review, `code-review` or `manual-review`. Default: anybody reviews, in any time. */
  readonly reviews?: Readonly<Record<string, ReviewConfig>>;
}

/** The server that is always there, runs the programs among the checks, and has this one tool. */
export const CHECK_SERVER = "checks";
export const CHECK_TOOL = "run_check";

/** How long a check may take that does not say otherwise. */
export const CHECK_TIMEOUT_MS: Ms = 600_000;

/** Whoever ends a program that takes too long must have the time to do it. */
const ENDING_MS: Ms = 15_000;

/** How long the step may take that runs a check. */
export function checkStepTimeoutMs({ kind, timeoutMs = CHECK_TIMEOUT_MS }: Pick<CheckConfig, "kind" | "timeoutMs">): Ms {
  return kind === "command" ? timeoutMs + ENDING_MS : timeoutMs;
}

export const NO_CHECKS: CheckRegistry = { checks: {}, handlers: {} };
