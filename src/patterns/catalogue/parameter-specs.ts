import type { InputSpec } from "../../model/workflow.ts";

const TOOL_NAME = "^[A-Za-z0-9_][A-Za-z0-9_-]*\\.[A-Za-z0-9_./-]+$";
const CHECK_NAME = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$";

/** Text of one line. */
export function line(maxLength: number, minLength: number = 1): InputSpec {
  return { type: "string", minLength, maxLength, pattern: "^[^\\x00-\\x1f\\x7f-\\x9f]*$" };
}

/** A tool that has to be named. */
export function tool(description: string, example: string): InputSpec {
  return { type: "string", pattern: TOOL_NAME, maxLength: 200, description, examples: [example] };
}

/** A tool that need not be named: the steps that would use it are then left out. */
export function optionalTool(description: string): InputSpec {
  return { type: "string", pattern: `^$|${TOOL_NAME}`, maxLength: 200, default: "", description: `${description} None if empty.` };
}

/** What a tool is called with. */
export function argumentsOf(parameter: string): InputSpec {
  return { type: "object", default: {}, description: `The arguments of ${parameter}.` };
}

/** One check that tutti.yaml registers. */
export function check(description: string, example: string): InputSpec {
  return { type: "string", pattern: CHECK_NAME, description, examples: [example] };
}

/** Some checks that tutti.yaml registers. */
export function checks(description: string, example: readonly string[]): InputSpec {
  return {
    type: "array",
    items: { type: "string", pattern: CHECK_NAME },
    minItems: 1,
    maxItems: 50,
    uniqueItems: true,
    description,
    examples: [example],
  };
}

/** Whether something is done. */
export function choice(byDefault: boolean, description: string): InputSpec {
  return { type: "boolean", default: byDefault, description };
}

/** How often the requirements are looked at again. */
export const MONITOR_EVERY: InputSpec = {
  type: "string",
  pattern: "^[1-9][0-9]{0,3}(s|m|h)$",
  default: "5m",
  description: 'How long after one look at the requirements the next one comes, at least "1s".',
};
