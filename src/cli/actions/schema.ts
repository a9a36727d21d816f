import { getWorkflowSchema } from "../../contract/get-workflow-schema.ts";
import { openSession, printJson } from "../command-context.ts";
import type { CommandContext } from "../command-context.ts";

export interface SchemaOptions {
  /** Of `tutti.yaml`, in place of workflow files. */
  readonly config?: boolean;
}

/** `tutti schema [--config]` */
export async function schema(context: CommandContext, { config = false }: SchemaOptions): Promise<number> {
  if (config) {
    printJson(context.terminal, await context.host.configSchema());
    return 0;
  }
  await using session = await openSession(context, "definitions", {});
  printJson(context.terminal, await session.client.call(getWorkflowSchema, {}, { signal: context.signal }));
  return 0;
}
