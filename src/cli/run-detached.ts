import { placesOf, printJson } from "./command-context.ts";
import type { CommandContext, CommonOptions } from "./command-context.ts";
import { shortId } from "./render/short-id.ts";

/** A command that goes on when the one that has started it ends. */
export interface DetachedCommand {
  /** Without those that all commands have. */
  readonly args: readonly string[];
  readonly options: CommonOptions;
  /** A configuration is also looked for beside it. */
  readonly workflowFile?: string;
}

/** Starts the command again as a process of its own, and tells which execution that has begun, once it is durable. */
export async function runDetached({ host, terminal }: CommandContext, { args, options, workflowFile }: DetachedCommand): Promise<number> {
  const common = [
    ...(options.config === undefined ? [] : ["--config", options.config]),
    ...(options.dataDir === undefined ? [] : ["--data-dir", options.dataDir]),
  ];
  const request = { args: [...args, ...common], executionId: host.newId(), ...placesOf(options, workflowFile) };
  const start = await host.startInBackground(request);
  if (start.kind === "refused") {
    if (options.json === true && start.refusal.document !== undefined) printJson(terminal, start.refusal.document);
    terminal.err.write(`${start.refusal.text}\n`);
    return start.refusal.exitCode;
  }
  const { executionId, pid, logFile, flags } = start;
  if (options.json === true) printJson(terminal, { execution_id: executionId, pid, log: logFile });
  else terminal.out.write(`${executionId}\n`);
  terminal.notice(`process ${pid} goes on with it, its log is ${logFile}\n    tutti executions watch ${shortId(executionId)}${flags}`);
  return 0;
}
