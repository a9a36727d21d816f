import { defined } from "../base/defined.ts";
import type { ExecuteWorkflowInput, ExecuteWorkflowOutput } from "../contract/execute-workflow.ts";
import { hasErrors } from "../contract/plan-document.ts";
import { checkInputs } from "../definition/check-inputs.ts";
import type { JsonObject } from "../base/json.ts";
import { TuttiError } from "../model/errors.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import type { OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";
import { readTypedValues } from "./typed-values.ts";

export interface ExecuteWorkflowPorts {
  readonly catalogs: CatalogSource;
  readonly driver: ExecutionDriver;
}

/**
 * Starts an execution, or finds the one that an earlier call with the same key has started.
 *
 * What can be found wrong without servers is found before any is started.
 *
 * @throws TuttiError `definition.invalid`, `input.invalid`, `server.unavailable`
 */
export async function executeWorkflow(
  input: ExecuteWorkflowInput,
  ports: ExecuteWorkflowPorts,
  { signal }: OperationContext,
): Promise<ExecuteWorkflowOutput> {
  const source = readSource(input.workflow);
  const { workflow } = source.parsed;
  if (workflow === undefined || hasErrors(source.problems)) {
    // Nothing is started for a workflow that cannot run, so tools are not looked at.
    throw definitionInvalid(input.workflow.file, (await planSource(source, undefined, signal)).problems);
  }
  const inputs = readInputs(workflow, input);
  const { plan, problems } = await planSource(source, ports.catalogs, signal);
  if (plan === undefined) throw definitionInvalid(input.workflow.file, problems);
  const { requestKey, executionId, timeoutMs } = input;
  return await ports.driver.start({
    plan,
    inputs,
    ...defined({ requestKey, executionId, timeoutMs }),
  });
}

function readInputs(workflow: Workflow, input: ExecuteWorkflowInput): JsonObject {
  const typed = readTypedValues(input.typedInputs ?? {}, (name) =>
    Object.hasOwn(workflow.inputs, name) ? workflow.inputs[name] : undefined,
  );
  const { inputs, problems } = checkInputs(workflow, { ...input.inputs, ...typed });
  if (problems.length === 0) return inputs;
  throw new TuttiError("input.invalid", `the inputs do not fit workflow "${workflow.id}": ${problems.join("; ")}`, { problems });
}

function definitionInvalid(file: string, problems: readonly LocatedProblem[]): TuttiError {
  const errors = problems.filter((problem) => problem.severity === "error");
  return new TuttiError("definition.invalid", `${file} has ${errors.length === 1 ? "1 problem" : `${errors.length} problems`}`, {
    problems: errors,
  });
}
