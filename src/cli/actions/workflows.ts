import type { JsonObject } from "../../base/json.ts";
import { readTypedValues } from "../../base/typed-values.ts";
import { createWorkflow } from "../../contract/create-workflow.ts";
import type { WorkflowResult } from "../../contract/create-workflow.ts";
import { deleteWorkflow } from "../../contract/delete-workflow.ts";
import { executeWorkflow } from "../../contract/execute-workflow.ts";
import type { ExecuteWorkflowInput } from "../../contract/execute-workflow.ts";
import { exportWorkflowData } from "../../contract/export-workflow-data.ts";
import type { ExportFormat } from "../../contract/export-workflow-data.ts";
import { getWorkflow } from "../../contract/get-workflow.ts";
import { listWorkflowVersions } from "../../contract/list-workflow-versions.ts";
import { listWorkflows } from "../../contract/list-workflows.ts";
import type { ListWorkflowsInput } from "../../contract/list-workflows.ts";
import { updateWorkflow } from "../../contract/update-workflow.ts";
import { validateWorkflow } from "../../contract/validate-workflow.ts";
import { TuttiError } from "../../model/errors.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { exitCodeOf } from "../exit-code.ts";
import type { Session } from "../host.ts";
import { readLimit } from "../read-limit.ts";
import { readPairs } from "../read-pairs.ts";
import { readRequestKey } from "../read-request-key.ts";
import { span } from "../render/span.ts";
import { versionTable, workflowStory, workflowTable } from "../render/workflow-table.ts";
import { runDetached } from "../run-detached.ts";
import { followToEnd, stayForOthers } from "./run.ts";

export interface ListWorkflowsOptions extends CommonOptions {
  readonly status?: NonNullable<ListWorkflowsInput["statusFilter"]>;
  readonly pattern?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `tutti workflows list` */
export async function list(context: CommandContext, options: ListWorkflowsOptions): Promise<number> {
  const { status, pattern, cursor } = options;
  const input: ListWorkflowsInput = {
    limit: readLimit(options.limit ?? "100"),
    ...(status === undefined ? {} : { statusFilter: status }),
    ...(pattern === undefined ? {} : { patternFilter: pattern }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  await using session = await openSession(context, "reading", options);
  const page = await session.client.call(listWorkflows, input, { signal: context.signal });
  if (options.json === true) await printDocument(context, listWorkflows, page);
  else {
    context.terminal.out.lines(workflowTable(page.workflows));
    if (page.nextCursor !== undefined) context.terminal.notice(`there may be more: add --cursor ${page.nextCursor}`);
  }
  return 0;
}

export interface ShowWorkflowOptions extends CommonOptions {
  readonly workflowVersion?: string;
}

/** `tutti workflows show ID` */
export async function show(context: CommandContext, workflowId: string, options: ShowWorkflowOptions): Promise<number> {
  const version = options.workflowVersion === undefined ? {} : { version: readVersion(options.workflowVersion) };
  await using session = await openSession(context, "reading", options);
  const workflow = await session.client.call(getWorkflow, { workflowId, ...version }, { signal: context.signal });
  if (options.json === true) await printDocument(context, getWorkflow, workflow);
  else context.terminal.out.lines(workflowStory(workflow));
  return 0;
}

export interface StoreOptions extends CommonOptions {
  readonly requestKey?: string;
  readonly expectedVersion?: string;
}

/** `tutti workflows create FILE` */
export async function create(context: CommandContext, file: string, options: StoreOptions): Promise<number> {
  await using session = await openSession(context, "driving", { ...options, workflowFile: file });
  const definition = await readDefinition(context, session, file);
  const requestKey = readRequestKey(options.requestKey ?? context.host.newId());
  const result = await session.client.call(createWorkflow, { definition, requestKey }, { signal: context.signal });
  return await tellResult(context, result, options);
}

/** `tutti workflows update FILE` */
export async function update(context: CommandContext, file: string, options: StoreOptions): Promise<number> {
  const expected = options.expectedVersion === undefined ? {} : { expectedVersion: readVersion(options.expectedVersion) };
  await using session = await openSession(context, "driving", { ...options, workflowFile: file });
  const definition = await readDefinition(context, session, file);
  const requestKey = readRequestKey(options.requestKey ?? context.host.newId());
  const result = await session.client.call(updateWorkflow, { definition, requestKey, ...expected }, { signal: context.signal });
  return await tellResult(context, result, options);
}

/** `tutti workflows delete ID` */
export async function remove(context: CommandContext, workflowId: string, options: StoreOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const requestKey = readRequestKey(options.requestKey ?? context.host.newId());
  const result = await session.client.call(deleteWorkflow, { workflowId, requestKey }, { signal: context.signal });
  if (options.json === true) await printDocument(context, deleteWorkflow, result);
  else context.terminal.out.write(`deleted ${workflowId}, which was at version ${result.version}; its executions go on and stay\n`);
  return 0;
}

export interface VersionsOptions extends CommonOptions {
  readonly limit?: string;
}

/** `tutti workflows versions ID` */
export async function versions(context: CommandContext, workflowId: string, options: VersionsOptions): Promise<number> {
  const limit = readLimit(options.limit ?? "100");
  await using session = await openSession(context, "reading", options);
  const output = await session.client.call(listWorkflowVersions, { workflowId, limit }, { signal: context.signal });
  if (options.json === true) await printDocument(context, listWorkflowVersions, output);
  else context.terminal.out.lines(versionTable(output.versions));
  return 0;
}

export interface ExecuteOptions extends CommonOptions {
  readonly param: readonly string[];
  readonly params?: string;
  readonly machine: readonly string[];
  readonly requestKey?: string;
  readonly detach?: boolean;
}

/** `tutti workflows execute ID` */
export async function execute(context: CommandContext, workflowId: string, options: ExecuteOptions): Promise<number> {
  if (options.detach === true) return await executeDetached(context, workflowId, options);
  const { host } = context;
  const typed = readPairs(options.param, "-p");
  const given = options.params === undefined ? {} : await host.readObject(options.params);
  await using session = await openSession(context, "driving", options);
  const input: ExecuteWorkflowInput = {
    workflowId,
    parameters: { ...given, ...(await readTyped(context, session, workflowId, typed)) },
    requestKey: readRequestKey(options.requestKey ?? host.newId()),
    ...(options.machine.length === 0 ? {} : { targetMachines: options.machine }),
  };
  const { executionId } = await session.client.call(executeWorkflow, input, { signal: context.signal });
  host.background?.started(executionId);
  const view = await followToEnd(context, session, { options, executionId, fromStart: true });
  await stayForOthers(context, session);
  return exitCodeOf(view);
}

/** What was typed is text where the workflow wants text, else what it says as JSON. */
async function readTyped(
  { signal }: CommandContext,
  { client }: Session,
  workflowId: string,
  typed: Readonly<Record<string, string>>,
): Promise<JsonObject> {
  if (Object.keys(typed).length === 0) return {};
  const { definition } = await client.call(getWorkflow, { workflowId }, { signal });
  return readTypedValues(typed, definition["inputs"]);
}

async function executeDetached(context: CommandContext, workflowId: string, options: ExecuteOptions): Promise<number> {
  const args = [
    "workflows",
    "execute",
    workflowId,
    ...options.param.flatMap((pair) => ["-p", pair]),
    ...options.machine.flatMap((machine) => ["--machine", machine]),
    ...(options.params === undefined ? [] : ["--params", options.params]),
    ...(options.requestKey === undefined ? [] : ["--request-key", options.requestKey]),
  ];
  return await runDetached(context, { args, options });
}

export interface ExportOptions extends CommonOptions {
  readonly format: ExportFormat;
  readonly executions: string;
}

/** `tutti export ID` */
export async function exportData(context: CommandContext, workflowId: string, options: ExportOptions): Promise<number> {
  const { format } = options;
  const executions = options.executions === "0" ? 0 : readLimit(options.executions);
  await using session = await openSession(context, "reading", options);
  const data = await session.client.call(exportWorkflowData, { workflowId, format, executions }, { signal: context.signal });
  if (options.json === true) await printDocument(context, exportWorkflowData, data);
  else {
    context.terminal.out.write(data.content);
    if (data.truncated)
      context.terminal.notice(`the newest ${data.executions} executions are in it, and there are older ones: see --executions`);
  }
  return 0;
}

/** What is wrong with a file is told with its lines, which whoever stores the definition does not know. */
async function readDefinition({ host, signal }: CommandContext, session: Session, file: string): Promise<JsonObject> {
  const workflow = await host.readWorkflow(file);
  const { problems } = await session.client.call(validateWorkflow, { workflow, checkTools: false }, { signal });
  // A workflow that it runs may be stored already, or later.
  const errors = problems.filter((problem) => problem.severity === "error" && problem.file === file && problem.code !== "unknown-workflow");
  if (errors.length > 0) throw new TuttiError("definition.invalid", `${file} is not valid`, { problems: errors });
  return await host.readObject(file);
}

async function tellResult(context: CommandContext, result: WorkflowResult, options: CommonOptions): Promise<number> {
  const { workflowId, version, workflowStatus, message, warnings = [] } = result;
  if (options.json === true) await printDocument(context, createWorkflow, result);
  else {
    context.terminal.out.lines([[span(workflowId, "bold"), span(`  version ${version}, ${workflowStatus}`)]]);
    for (const line of [...(message === undefined ? [] : [message]), ...warnings.map((warning) => `warning: ${warning}`)]) {
      context.terminal.notice(line);
    }
  }
  return 0;
}

function readVersion(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new TuttiError("usage", `"${text}" is no version: versions are 1, 2, 3, ...`, {});
}
