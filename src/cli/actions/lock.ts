import { dirname, relative, resolve, sep } from "node:path";
import { diffTools } from "../../contract/diff-tools.ts";
import type { DiffToolsOutput } from "../../contract/diff-tools.ts";
import { lockTools } from "../../contract/lock-tools.ts";
import type { LockToolsOutput } from "../../contract/lock-tools.ts";
import { hasErrors } from "../../contract/plan-document.ts";
import type { WorkflowSource } from "../../contract/workflow-source.ts";
import { isTuttiError } from "../../model/errors.ts";
import type { ToolLock } from "../../model/tool-lock.ts";
import { openSession, placesOf, printDocument, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import type { LockFile } from "../host.ts";
import { presentLock } from "../locked-tools.ts";
import { differenceLines } from "../render/difference-lines.ts";
import { tellMissingConfig } from "./run.ts";
import { tellProblems } from "./validate.ts";

/** `tutti servers lock [FILE...]` */
export async function lock(context: CommandContext, files: readonly string[], options: CommonOptions): Promise<number> {
  const { host, terminal, signal } = context;
  const place = { ...options, ...firstOf(files) };
  const file = await host.readLock(placesOf(options, files[0]));
  const before = files.length === 0 ? presentLock(file) : (file.lock ?? { tools: {}, workflows: {} });
  const { workflows } = await readWorkflows(context, file, files);
  await using session = await openSession(context, "servers", place);
  const locked = await session.client.call(lockTools, { workflows }, { signal });
  if (hasErrors(locked.problems)) {
    if (options.json === true) await printDocument(context, lockTools, locked);
    await tellProblems(context, locked.problems);
    tellMissingConfig(context, session);
    return 65;
  }
  const after = updated(files.length === 0 ? { tools: {}, workflows: {} } : before, locked, (name) => nameInLock(context, file, name));
  await host.writeLock(file, after);
  const changes = changesOf(before, after);
  if (options.json === true) printJson(terminal, { file: file.name, ...changes });
  else terminal.out.write(`${file.name}: ${lockWords(after, changes)}\n`);
  return 0;
}

/** Nothing has changed: 0. Something has, and no workflow breaks: 1. One breaks: 65. */
const EXIT_CHANGED = 1;
const EXIT_BREAKS = 65;

/** `tutti servers diff [FILE...]` */
export async function diff(context: CommandContext, files: readonly string[], options: CommonOptions): Promise<number> {
  const file = await context.host.readLock(placesOf(options, files[0]));
  const { tools } = presentLock(file);
  const { workflows, missing } = await readWorkflows(context, file, files);
  await using session = await openSession(context, "servers", { ...options, ...firstOf(files) });
  const difference = await session.client.call(diffTools, { tools, workflows, usedOnly: files.length > 0 }, { signal: context.signal });
  if (options.json === true) await printDocument(context, diffTools, difference);
  else context.terminal.out.lines(differenceLines(difference));
  await tellProblems(
    context,
    difference.workflows.flatMap(({ problems }) => problems),
  );
  return exitCode(difference, missing);
}

function exitCode({ tools, workflows }: DiffToolsOutput, missing: readonly string[]): number {
  if (workflows.some(({ breaks }) => breaks)) return EXIT_BREAKS;
  return missing.length > 0 || tools.some(({ status }) => status !== "same") ? EXIT_CHANGED : 0;
}

function firstOf([workflowFile]: readonly string[]): { readonly workflowFile?: string } {
  return workflowFile === undefined ? {} : { workflowFile };
}

/** These workflows, or all of the lock; of those, some may be gone. */
async function readWorkflows(
  context: CommandContext,
  file: LockFile,
  files: readonly string[],
): Promise<{ readonly workflows: readonly WorkflowSource[]; readonly missing: readonly string[] }> {
  const { host, terminal } = context;
  if (files.length > 0) return { workflows: await Promise.all(files.map((name) => host.readWorkflow(name))), missing: [] };
  const workflows: WorkflowSource[] = [];
  const missing: string[] = [];
  for (const name of Object.keys(file.lock?.workflows ?? {})) {
    const shown = relative(host.workingDirectory, resolve(dirname(file.path), name));
    try {
      workflows.push(await host.readWorkflow(shown));
    } catch (error) {
      if (!isTuttiError(error, "file.unreadable")) throw error;
      missing.push(shown);
      terminal.notice(`${error.message}; it is left out, though it is in ${file.name}`);
    }
  }
  return { workflows, missing };
}

/** Relative to the lock, with slashes everywhere, so that everybody who shares the file has the same name. */
function nameInLock({ host }: CommandContext, { path }: LockFile, workflow: string): string {
  return relative(dirname(path), resolve(host.workingDirectory, workflow)).split(sep).join("/");
}

/** The lock with these workflows as they are now. What no workflow uses any more is left out. */
function updated(before: ToolLock, locked: LockToolsOutput, nameOf: (file: string) => string): ToolLock {
  const now = locked.workflows.map(({ file, tools }): readonly [string, readonly string[]] => [nameOf(file), tools]);
  const workflows = { ...before.workflows, ...Object.fromEntries(now) };
  const used = new Set(Object.values(workflows).flat());
  const tools = Object.entries({ ...before.tools, ...locked.tools }).filter(([name]) => used.has(name));
  return { workflows, tools: Object.fromEntries(tools) };
}

interface LockChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

function changesOf({ tools: before }: ToolLock, { tools: after }: ToolLock): LockChanges {
  const names = Object.keys(after).sort();
  return {
    added: names.filter((name) => !Object.hasOwn(before, name)),
    changed: names.filter((name) => Object.hasOwn(before, name) && JSON.stringify(before[name]) !== JSON.stringify(after[name])),
    removed: Object.keys(before)
      .sort()
      .filter((name) => !Object.hasOwn(after, name)),
  };
}

function lockWords({ tools, workflows }: ToolLock, { added, changed, removed }: LockChanges): string {
  const counts = [
    [added.length, "new"],
    [changed.length, "changed"],
    [removed.length, "removed"],
  ] as const;
  const what = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  const whole = `${counted(Object.keys(tools).length, "tool")} of ${counted(Object.keys(workflows).length, "workflow")}`;
  return `${whole}${what.length === 0 ? ", nothing has changed" : `, ${what.join(", ")}`}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
