import { WORKFLOW_ID_PATTERN } from "../../contract/workflow-definition.ts";
import { getWorkflow } from "../../contract/get-workflow.ts";
import { isTuttiError } from "../../model/errors.ts";
import { openSession } from "../command-context.ts";
import type { CommandContext } from "../command-context.ts";
import { run } from "./run.ts";
import type { RunOptions } from "./run.ts";

/** `tutti run FILE`, or `tutti run ID` of a stored workflow where there is no such file. */
export async function runFileOrStored(context: CommandContext, name: string, options: RunOptions): Promise<number> {
  try {
    return await run(context, name, options);
  } catch (error) {
    const mayBeStored = isTuttiError(error, "file.unreadable") && error.details.file === name && STORED_ID.test(name);
    if (!mayBeStored || options.frozen === true || !(await isStored(context, name, options))) throw error;
    const { execute } = await import("./workflows.ts");
    return await execute(context, name, { ...options, machine: [] });
  }
}

const STORED_ID = new RegExp(WORKFLOW_ID_PATTERN);

/** Found out without becoming the owner of a directory that may not even be there: mostly the name is a mistake. */
async function isStored(context: CommandContext, workflowId: string, options: RunOptions): Promise<boolean> {
  await using session = await openSession(context, "reading", options);
  try {
    await session.client.call(getWorkflow, { workflowId }, { signal: context.signal });
    return true;
  } catch (error) {
    if (isTuttiError(error, "workflow.not-found")) return false;
    throw error;
  }
}
