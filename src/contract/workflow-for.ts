import { nearest } from "../base/nearest.ts";
import { TuttiError } from "../model/errors.ts";

/**
 * What is configured for the operation that a request names.
 *
 * @throws TuttiError `operation.unknown`
 */
export function workflowFor<Workflow>(operation: string, operations: Readonly<Record<string, Workflow>>): Workflow {
  const workflow = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (workflow !== undefined) return workflow;
  const known = Object.keys(operations);
  const meant = nearest(operation, known);
  const hint =
    meant === undefined
      ? known.length === 0
        ? "no operations are configured"
        : `configured are the operations ${known.join(", ")}`
      : `did you mean "${meant}"?`;
  throw new TuttiError("operation.unknown", `unknown workflow "${operation}" - ${hint}`, { operation });
}
