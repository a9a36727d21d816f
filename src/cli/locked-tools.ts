import { TuttiError } from "../model/errors.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { ToolLock } from "../model/tool-lock.ts";
import { placesOf } from "./command-context.ts";
import type { CommandContext, CommonOptions } from "./command-context.ts";
import type { LockFile } from "./host.ts";

/** Of commands that can be held to the lock. */
export interface FrozenOptions {
  readonly frozen?: boolean;
}

/**
 * With `--frozen`, the tools as they must still be.
 *
 * @throws TuttiError `config.invalid` - there is no lock, or it is not right
 */
export async function lockedTools(
  { host }: CommandContext,
  options: CommonOptions & FrozenOptions,
  workflowFile?: string,
): Promise<{ readonly lockedTools?: ToolLock["tools"] }> {
  if (options.frozen !== true) return {};
  return { lockedTools: presentLock(await host.readLock(placesOf(options, workflowFile))).tools };
}

/** The lock, which must be there. @throws TuttiError `config.invalid` */
export function presentLock({ name, lock }: LockFile): ToolLock {
  if (lock !== undefined) return lock;
  const message = "there is no such file, so it is not known how tools should be: make it with tutti servers lock FILE";
  const problem: LocatedProblem = {
    code: "missing-lock",
    severity: "error",
    message,
    file: name,
    line: 1,
    column: 1,
    length: 1,
    source: "",
  };
  throw new TuttiError("config.invalid", `there is no ${name}`, { problems: [problem] });
}
