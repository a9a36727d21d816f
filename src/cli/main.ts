import type { CommandContext } from "./command-context.ts";
import { buildProgram, usageExitCode } from "./program.ts";
import { presentRefusal } from "./present-refusal.ts";

/** Runs one command line and gives the exit code. Never rejects. */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const { host, terminal } = context;
  let code = 0;
  let json = false;
  const program = buildProgram(
    host.version,
    async (load, action, options) => {
      json = options.json === true;
      code = await action(await load(), context);
    },
    { out: (text) => terminal.out.write(text), err: (text) => terminal.err.write(text) },
  );
  try {
    if (args.length === 0) return await (await import("./actions/overview.ts")).overview(context, () => program.outputHelp());
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    const usage = usageExitCode(error);
    if (usage !== undefined) return usage;
    const { refusalOf } = await import("./report-error.ts");
    const refusal = await refusalOf(error, host);
    host.background?.refused(refusal);
    return presentRefusal(context.terminal, refusal, json);
  }
}
