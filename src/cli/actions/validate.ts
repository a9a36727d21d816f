import * as z from "zod";
import { locatedProblem } from "../../contract/located-problem.ts";
import { hasErrors } from "../../contract/plan-document.ts";
import { validateWorkflow } from "../../contract/validate-workflow.ts";
import type { LocatedProblem } from "../../model/problem.ts";
import { openSession, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { problemCount } from "../report-error.ts";

export interface ValidateOptions extends CommonOptions {
  /** False: nothing is started, tools and arguments are not checked. */
  readonly servers: boolean;
}

/** `tutti validate FILE...` */
export async function validate(context: CommandContext, files: readonly string[], options: ValidateOptions): Promise<number> {
  const access = options.servers ? "servers" : "definitions";
  await using session = await openSession(context, access, { ...options, ...(files[0] === undefined ? {} : { workflowFile: files[0] }) });
  const checkTools = options.servers && session.configFile !== undefined;
  const problems: LocatedProblem[] = [];
  for (const file of files) {
    const workflow = await context.host.readWorkflow(file);
    problems.push(...(await session.client.call(validateWorkflow, { workflow, checkTools }, { signal: context.signal })).problems);
  }
  const invalid = hasErrors(problems);
  if (options.json === true) printJson(context.terminal, { problems: z.encode(z.array(locatedProblem), problems) });
  else if (!invalid)
    context.terminal.out.write(
      `${files.length === 1 ? `${files[0]} is` : `${files.length} files are`} valid${checkTools ? "" : " (tools were not checked)"}\n`,
    );
  await tellProblems(context, problems);
  return invalid ? 65 : 0;
}

/** Prints problems with their places on stderr, and how many they are. */
export async function tellProblems({ host, terminal }: CommandContext, problems: readonly LocatedProblem[]): Promise<void> {
  if (problems.length === 0) return;
  for (const problem of problems) terminal.notice(await host.formatProblem(problem));
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  const counts = [
    errors > 0 ? problemCount(errors) : undefined,
    warnings > 0 ? `${warnings} ${warnings === 1 ? "warning" : "warnings"}` : undefined,
  ];
  terminal.notice(counts.filter((count) => count !== undefined).join(", "));
}
