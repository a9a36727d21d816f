import { hasErrors } from "../../contract/plan-document.ts";
import { planWorkflow } from "../../contract/plan-workflow.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { lockedTools } from "../locked-tools.ts";
import type { FrozenOptions } from "../locked-tools.ts";
import { planTree } from "../render/plan-tree.ts";
import { tellMissingConfig } from "./run.ts";
import { tellProblems } from "./validate.ts";

/** `tutti plan FILE` */
export async function plan(context: CommandContext, file: string, options: CommonOptions & FrozenOptions): Promise<number> {
  const workflow = await context.host.readWorkflow(file);
  const locked = await lockedTools(context, options, file);
  await using session = await openSession(context, "servers", { ...options, workflowFile: file });
  const planned = await session.client.call(planWorkflow, { workflow, ...locked }, { signal: context.signal });
  if (options.json === true) await printDocument(context, planWorkflow, planned);
  else if (planned.plan !== undefined) context.terminal.out.lines(planTree(planned.plan));
  await tellProblems(context, planned.problems);
  if (!hasErrors(planned.problems)) return 0;
  tellMissingConfig(context, session);
  return 65;
}
