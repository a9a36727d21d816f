import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import { createWorkflow as contract } from "../contract/create-workflow.ts";
import type { CreateWorkflowInput, WorkflowResult } from "../contract/create-workflow.ts";
import { workflowToDocument } from "../definition/print-workflow.ts";
import { isTuttiError } from "../model/errors.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { WorkflowChange, WorkflowContent, WorkflowStore } from "../ports/workflow-store.ts";
import { changeAuthor } from "./change-author.ts";
import type { OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";
import type { ReadSource } from "./read-source.ts";
import { withoutEmpty } from "./without-empty.ts";
import { definitionRefusal, definitionSource, problemLine } from "./stored-definition.ts";

/** What storing a workflow needs. */
export interface StoreWorkflowPorts {
  readonly workflows: WorkflowStore;
  readonly catalogs: CatalogSource;
  readonly clock: Clock;
}

/**
 * Stores a new workflow; it is durable when this returns.
 *
 * @throws TuttiError `definition.invalid` - with everything that is wrong with it; `workflow.exists`, `input.invalid`
 */
export async function createStoredWorkflow(
  input: CreateWorkflowInput,
  ports: StoreWorkflowPorts,
  { caller, signal }: Pick<OperationContext, "caller" | "signal">,
): Promise<WorkflowResult> {
  const checked = await checkDefinition(input.definition, ports, caller.identity?.tenant);
  const { requestKey, definition } = input;
  const author = changeAuthor(caller, { operation: contract.name, requestKey, content: definition });
  const change = await ports.workflows.create(checked.content, author);
  return await workflowResult(change, checked.source, ports, signal);
}

/** A definition that can be stored. */
export interface CheckedDefinition {
  readonly content: WorkflowContent;
  readonly source: ReadSource;
}

/**
 * Reads a definition and checks all of it that can be checked without servers. Workflows that it runs may come later.
 *
 * @throws TuttiError `definition.invalid`, `input.invalid`
 */
export async function checkDefinition(
  definition: JsonObject,
  { workflows }: Pick<StoreWorkflowPorts, "workflows">,
  tenant: string | undefined,
): Promise<CheckedDefinition> {
  const { workflow_id: id, id: other } = definition;
  const named = typeof id === "string" ? id : typeof other === "string" ? other : "without an id";
  const source = readSource(await definitionSource(named, withoutEmpty(definition), { workflows, tenant }));
  const { problems } = await planSource(source, undefined, new AbortController().signal);
  const { workflow } = source.parsed;
  const faults = problems.filter((problem) => !mayComeLater(problem));
  if (workflow === undefined || faults.some(({ severity }) => severity === "error")) throw definitionRefusal(named, faults);
  const { name, pattern, steps, expose, on } = workflow;
  const content: WorkflowContent = {
    workflowId: workflow.id,
    definition: workflowToDocument(workflow),
    status: steps.length === 0 ? "draft" : "active",
    ...defined({ name, pattern, schedule: on?.schedule }),
    exposed: expose === true,
    stepCount: steps.length,
  };
  return { content, source };
}

/** Who stores two workflows of which one runs the other has to begin with one of them. */
function mayComeLater({ code }: LocatedProblem): boolean {
  return code === "unknown-workflow";
}

/** Servers that do not answer within a moment are not waited for: what is stored does not depend on them. */
const SERVERS_MS = 2_000;

/** Tells what has become of a workflow, with what would be wrong with it now. */
export async function workflowResult(
  { workflowId, version, status, changed }: WorkflowChange,
  source: ReadSource,
  ports: Pick<StoreWorkflowPorts, "catalogs" | "clock">,
  signal: AbortSignal,
): Promise<WorkflowResult> {
  const warnings = await currentWarnings(source, ports, signal);
  const said = [
    ...(changed ? [] : [`Version ${version} of the workflow "${workflowId}" says the same, so there is no new one.`]),
    ...(status === "draft" ? ["It has no steps yet, so it is a draft: update_workflow (tutti workflows update) gives it some."] : []),
  ];
  return {
    status: "success",
    workflowId,
    workflowStatus: status,
    version,
    ...(said.length === 0 ? {} : { message: said.join(" ") }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

async function currentWarnings(
  source: ReadSource,
  { catalogs, clock }: Pick<StoreWorkflowPorts, "catalogs" | "clock">,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const slow = new Error("the servers did not answer within a moment");
  using limit = deadline(clock, signal, SERVERS_MS, () => slow);
  try {
    return warningLines((await planSource(source, catalogs, limit.signal)).problems);
  } catch (error) {
    const reason = error === slow ? slow.message : isTuttiError(error) ? error.message : undefined;
    if (reason === undefined) throw error;
    const { problems } = await planSource(source, undefined, signal);
    return [...warningLines(problems), `The tools were not looked at: ${reason}.`];
  }
}

const WARNINGS_MAX = 50;

/** What is not decided by a definition is left out of it without a word. */
function warningLines(problems: readonly LocatedProblem[]): readonly string[] {
  const lines = problems.filter(({ code }) => code !== "ignored-key").map(problemLine);
  return lines.length > WARNINGS_MAX ? [...lines.slice(0, WARNINGS_MAX), `and ${lines.length - WARNINGS_MAX} more`] : lines;
}
