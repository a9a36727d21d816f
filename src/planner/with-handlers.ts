import { isJsonObject } from "../base/json.ts";
import type { CheckRegistry } from "../model/check.ts";
import type { Path, Problem } from "../model/problem.ts";
import type { Step, Workflow } from "../model/workflow.ts";

/** The workflow with a handler in the place of every step that only says its type, where one is configured. */
export function withHandlers(workflow: Workflow, { handlers }: CheckRegistry): Workflow {
  if (Object.keys(handlers).length === 0) return workflow;
  const handled = (step: Step): Step => {
    const { action, type } = step;
    if (action.kind !== "value" || action.phase !== true || type === undefined || !isJsonObject(action.value)) return step;
    const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
    return handler === undefined ? step : { ...step, action: { kind: "tool", ...handler, with: action.value } };
  };
  return { ...workflow, steps: workflow.steps.map(handled), finally: workflow.finally.map(handled) };
}

/** What a step says of its call, by the key in the file. */
const OF_CALLS: ReadonlyMap<keyof Step, string> = new Map<keyof Step, string>([
  ["effect", "effect"],
  ["timeoutMs", "timeout"],
  ["retry", "retry"],
  ["verify", "verify"],
  ["compensate", "compensate"],
  ["fallback", "fallback"],
  ["cache", "cache"],
  ["permissions", "permissions"],
  ["leases", "leases"],
]);

/** What is said of the call of a step that nobody does: it would hold only if a handler were configured. */
export function checkPhase({ step, path }: { readonly step: Step; readonly path: Path }): readonly Problem[] {
  const { action, type } = step;
  if (action.kind !== "value" || action.phase !== true) return [];
  const kind = type === undefined ? "a step without a type" : `the type "${type}"`;
  return [...OF_CALLS].flatMap(([property, key]) => {
    if (step[property] === undefined) return [];
    const message = `"${key}" has no meaning here: ${kind} has no handler in tutti.yaml, so the step calls nothing`;
    return [{ code: "misplaced-key", severity: "error" as const, message, path: [...path, key], atKey: true }];
  });
}
