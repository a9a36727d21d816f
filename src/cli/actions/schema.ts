import { getWorkflowSchema } from "../../contract/get-workflow-schema.ts";
import { openSession, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";

/** `tutti schema` */
export async function schema(context: CommandContext, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "definitions", options);
  printJson(context.terminal, await session.client.call(getWorkflowSchema, {}, { signal: context.signal }));
  return 0;
}
