import { resolve as resolvePath } from "node:path";
import { printSize } from "../../base/size.ts";
import { backup as backupOperation } from "../../contract/backup.ts";
import { checkJournal } from "../../contract/check-journal.ts";
import { getExecution } from "../../contract/get-execution.ts";
import { listEvents } from "../../contract/list-events.ts";
import { listExecutions } from "../../contract/list-executions.ts";
import type { ListExecutionsInput } from "../../contract/list-executions.ts";
import { pruneExecutions } from "../../contract/prune-executions.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { exitCodeOf } from "../exit-code.ts";
import { followExecution } from "../follow-execution.ts";
import { readDuration } from "../read-duration.ts";
import { readLimit } from "../read-limit.ts";
import { eventTable } from "../render/event-table.ts";
import { executionStory } from "../render/execution-story.ts";
import { executionTable } from "../render/execution-table.ts";
import { presentEnd } from "./run.ts";

export interface ListOptions extends CommonOptions {
  readonly status?: NonNullable<ListExecutionsInput["status"]>;
  readonly outcome?: NonNullable<ListExecutionsInput["outcome"]>;
  readonly workflow?: string;
  readonly all?: boolean;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `tutti executions list` */
export async function list(context: CommandContext, options: ListOptions): Promise<number> {
  const { status, outcome, workflow, cursor } = options;
  const input: ListExecutionsInput = {
    includeChildren: options.all === true,
    limit: readLimit(options.limit ?? "20"),
    ...(status === undefined ? {} : { status }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(workflow === undefined ? {} : { workflowId: workflow }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  await using session = await openSession(context, "reading", options);
  const page = await session.client.call(listExecutions, input, { signal: context.signal });
  const owned = (await session.ownerPid()) !== undefined;
  if (options.json === true) await printDocument(context, listExecutions, page);
  else {
    context.terminal.out.lines(executionTable(page.executions, context.host.clock.nowMs(), owned));
    if (page.nextCursor !== undefined) context.terminal.notice(`there are more: add --cursor ${page.nextCursor}`);
  }
  return 0;
}

export interface ShowOptions extends CommonOptions {
  readonly metrics?: boolean;
}

/** `tutti executions show ID` */
export async function show(context: CommandContext, executionId: string, options: ShowOptions): Promise<number> {
  await using session = await openSession(context, "reading", options);
  const view = await session.client.call(getExecution, { executionId }, { signal: context.signal });
  const { terminal, host } = context;
  if (options.json === true) await printDocument(context, getExecution, view);
  else {
    const rows = terminal.out.rows === undefined ? {} : { rows: Math.max(10, terminal.out.rows - 16) };
    terminal.out.lines(
      executionStory(view, { nowMs: host.clock.nowMs(), flags: session.flags, metrics: options.metrics === true, ...rows }),
    );
  }
  return 0;
}

/** `tutti executions events ID` */
export async function events(context: CommandContext, executionId: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "reading", options);
  const result = await session.client.call(listEvents, { executionId }, { signal: context.signal });
  if (options.json === true) await printDocument(context, listEvents, result);
  else context.terminal.out.lines(eventTable(result.events));
  return 0;
}

/** `tutti executions watch ID` */
export async function watch(context: CommandContext, executionId: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "reading", options);
  const view = await followExecution({ context, session, options, executionId });
  await presentEnd(context, view, { options, flags: session.flags });
  return exitCodeOf(view);
}

export interface PruneOptions extends CommonOptions {
  readonly olderThan: string;
}

/** `tutti executions prune --older-than DURATION` */
export async function prune(context: CommandContext, options: PruneOptions): Promise<number> {
  const olderThanMs = readDuration(options.olderThan, "--older-than");
  await using session = await openSession(context, "driving", options);
  const result = await session.client.call(pruneExecutions, { olderThanMs }, { signal: context.signal });
  if (options.json === true) await printDocument(context, pruneExecutions, result);
  else
    context.terminal.out.write(
      `forgot ${result.executions} ${result.executions === 1 ? "execution" : "executions"}, ${printSize(result.bytes)}\n`,
    );
  return 0;
}

/** `tutti executions backup DIR` */
export async function backup(context: CommandContext, directory: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "reading", options);
  const target = resolvePath(context.host.workingDirectory, directory);
  const result = await session.client.call(backupOperation, { directory: target }, { signal: context.signal });
  if (options.json === true) await printDocument(context, backupOperation, result);
  else context.terminal.out.write(`copied to ${result.directory}\n`);
  return 0;
}

/** `tutti executions check` */
export async function check(context: CommandContext, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "reading", options);
  const result = await session.client.call(checkJournal, {}, { signal: context.signal });
  if (options.json === true) await printDocument(context, checkJournal, result);
  else context.terminal.out.write(result.sound ? "the journal is sound\n" : `${result.faults.join("\n")}\n`);
  return result.sound ? 0 : 69;
}
