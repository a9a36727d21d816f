import { defined } from "../base/defined.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { toToolUse } from "../definition/tool-use.ts";
import { quoted } from "../base/visible.ts";
import { CHECK_SERVER } from "../model/check.ts";
import type { CheckConfig, CheckRegistry, HandlerConfig, ReviewConfig } from "../model/check.ts";
import type { CheckEntry, ChecksEntry, ReviewEntry, ToolEntry } from "./check-entry.ts";
import { absolutePath, expanded, expandedRecord } from "./entry-surroundings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";

/** Makes the final list of what steps and patterns may ask for. What is wrong with it is reported, and left out. */
export function checkRegistry(
  { checks = {}, handlers = {}, reviews }: ChecksEntry,
  root: Reading,
  around: EntrySurroundings,
): CheckRegistry {
  const checksAt = within(root, "checks");
  const handlersAt = within(root, "handlers");
  return {
    checks: each(checks, (entry, name) => checkConfig(entry, within(checksAt, name), around)),
    handlers: each(handlers, (entry, type) => handlerConfig(entry, within(handlersAt, type))),
    ...(reviews === undefined ? {} : { reviews: each(reviews, reviewConfig) }),
  };
}

function each<Entry, Made>(
  entries: Readonly<Record<string, Entry>>,
  make: (entry: Entry, name: string) => Made | undefined,
): Readonly<Record<string, Made>> {
  const made: Record<string, Made> = {};
  for (const [name, entry] of Object.entries(entries)) {
    const one = make(entry, name);
    if (one !== undefined) made[name] = one;
  }
  return made;
}

function reviewConfig({ roles, timeout }: ReviewEntry): ReviewConfig {
  return { roles, ...defined({ timeoutMs: timeout }) };
}

/** Programs among the checks are run by a server of Tutti's own, whose name no other can have then. */
export function reportServerOfChecks({ checks }: CheckRegistry, servers: readonly string[], root: Reading): void {
  const runsPrograms = Object.values(checks).some(({ kind }) => kind === "command");
  if (!runsPrograms || !servers.includes(CHECK_SERVER)) return;
  const message = `${quoted(CHECK_SERVER)} is the server that runs the programs under "checks": give this one another name`;
  report(within(within(root, "servers"), CHECK_SERVER), "name-taken", message, { atKey: true });
}

/** The tool that is named; undefined when none is, which has been reported then. */
export function handlerConfig({ tool }: ToolEntry, reading: Reading): HandlerConfig | undefined {
  const use = toToolUse({ tool }, reading);
  return use && { server: use.server, tool: use.tool };
}

function checkConfig(entry: CheckEntry, reading: Reading, around: EntrySurroundings): CheckConfig | undefined {
  const { command, tool } = entry;
  if (command === undefined && tool === undefined) {
    const message = '"command" or "tool" is missing: a check is a program to start or a tool to call';
    return report(reading, "missing-key", message, { atKey: true });
  }
  if (command !== undefined && tool !== undefined) {
    return report(within(reading, "command"), "contradiction", 'a check has a "command" or a "tool", not both', { atKey: true });
  }
  for (const key of command === undefined ? (["args", "env", "cwd"] as const) : (["with"] as const)) {
    if (entry[key] === undefined) continue;
    const message = `${quoted(key)} goes with a "${command === undefined ? "command" : "tool"}"`;
    report(within(reading, key), "contradiction", message, { atKey: true });
  }
  return command === undefined ? toolCheck(entry, reading) : commandCheck(command, entry, reading, around);
}

function toolCheck({ tool = "", with: given = {}, timeout }: CheckEntry, reading: Reading): CheckConfig | undefined {
  const named = handlerConfig({ tool }, reading);
  return named && { kind: "tool", ...named, arguments: given, ...defined({ timeoutMs: timeout }) };
}

function commandCheck(command: string, entry: CheckEntry, reading: Reading, around: EntrySurroundings): CheckConfig {
  const { args = [], env, cwd, timeout } = entry;
  const file = expanded(command, within(reading, "command"), around);
  const argsAt = within(reading, "args");
  return {
    kind: "command",
    command: /[/\\]/.test(file) ? absolutePath(file, around) : file,
    args: args.map((argument, index) => expanded(argument, within(argsAt, index), around)),
    workingDirectory: cwd === undefined ? around.folder : absolutePath(expanded(cwd, within(reading, "cwd"), around), around),
    env: expandedRecord(env, within(reading, "env"), around),
    ...defined({ timeoutMs: timeout }),
  };
}
