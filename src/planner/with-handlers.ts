import type { CheckRegistry } from "../model/check.ts";
import type { Step, Workflow } from "../model/workflow.ts";
import { isJsonObject } from "../base/json.ts";

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
