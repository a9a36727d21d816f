import { getCapabilityMatrix } from "../../contract/get-capability-matrix.ts";
import { hasErrors } from "../../contract/plan-document.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { capabilityLines } from "../render/capability-lines.ts";
import { tellProblems } from "./validate.ts";

/** `tutti servers matrix [WORKFLOW]` */
export async function matrix(context: CommandContext, file: string | undefined, options: CommonOptions): Promise<number> {
  const asked = file === undefined ? {} : { workflow: await context.host.readWorkflow(file) };
  const place = file === undefined ? {} : { workflowFile: file };
  await using session = await openSession(context, "servers", { ...options, ...place });
  const result = await session.client.call(getCapabilityMatrix, asked, { signal: context.signal });
  if (options.json === true) await printDocument(context, getCapabilityMatrix, result);
  else context.terminal.out.lines(capabilityLines(result.matrix));
  await tellProblems(context, result.problems);
  return hasErrors(result.problems) ? 65 : 0;
}
