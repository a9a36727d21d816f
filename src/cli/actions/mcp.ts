import { placesOf } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";

export interface McpOptions extends Omit<CommonOptions, "json"> {
  readonly tools: "standard" | "extended";
}

/** `tutti mcp`: ends with 0 when the client closes stdin, or when it is told to end. Stdout belongs to the protocol. */
export async function mcp({ host, terminal, signal }: CommandContext, options: McpOptions): Promise<number> {
  const log = (line: string): void => terminal.err.write(`${line}\n`);
  await host.serveMcp({ ...placesOf(options), tools: options.tools, log, signal });
  return 0;
}
