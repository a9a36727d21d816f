import { defined } from "../../base/defined.ts";
import { readTypedValues } from "../../base/typed-values.ts";
import { applyPattern } from "../../contract/apply-pattern.ts";
import { getPatternApplication } from "../../contract/get-pattern-application.ts";
import { listPatternApplications } from "../../contract/list-pattern-applications.ts";
import { listPatterns } from "../../contract/list-patterns.ts";
import type { PatternApplicationView } from "../../contract/pattern-application.ts";
import type { PatternTarget } from "../../contract/pattern-target.ts";
import { validatePatternApplication } from "../../contract/validate-pattern-application.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { exitCodeOf } from "../exit-code.ts";
import { followExecution } from "../follow-execution.ts";
import type { Session } from "../host.ts";
import { readComponent } from "../read-component.ts";
import { readLimit } from "../read-limit.ts";
import { readPairs } from "../read-pairs.ts";
import { readRequestKey } from "../read-request-key.ts";
import { applicationStory, applicationTable, patternStory, patternTable, validationLines } from "../render/pattern-lines.ts";
import { followToEnd, stayForOthers } from "./run.ts";

/** Of a pattern that cannot be applied as it is wanted. */
const EXIT_BLOCKED = 65;

export interface ListPatternsOptions extends CommonOptions {
  readonly component?: string;
}

/** `tutti patterns list` */
export async function list(context: CommandContext, options: ListPatternsOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const output = await session.client.call(listPatterns, defined({ component: options.component }), { signal: context.signal });
  if (options.json === true) {
    await printDocument(context, listPatterns, output);
    return 0;
  }
  context.terminal.out.lines(patternTable(output.patterns));
  for (const problem of output.problems) context.terminal.notice(await context.host.formatProblem(problem));
  return 0;
}

/** `tutti patterns show NAME` */
export async function show(context: CommandContext, patternName: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const output = await session.client.call(listPatterns, { patternName, brief: options.json !== true }, { signal: context.signal });
  if (options.json === true) await printDocument(context, listPatterns, output);
  else context.terminal.out.lines(output.patterns.flatMap(patternStory));
  return 0;
}

export interface TargetOptions extends CommonOptions {
  readonly component: string;
  readonly param: readonly string[];
  readonly params?: string;
}

/** `tutti patterns validate NAME` */
export async function validate(context: CommandContext, patternName: string, options: TargetOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const target = await targetOf(context, session, patternName, options);
  const validation = await session.client.call(validatePatternApplication, target, { signal: context.signal });
  if (options.json === true) await printDocument(context, validatePatternApplication, validation);
  else context.terminal.out.lines(validationLines(validation));
  return validation.valid ? 0 : EXIT_BLOCKED;
}

export interface ApplyOptions extends TargetOptions {
  readonly execute?: boolean;
  readonly requestKey?: string;
}

/** `tutti patterns apply NAME` */
export async function apply(context: CommandContext, patternName: string, options: ApplyOptions): Promise<number> {
  const { host, signal } = context;
  const requestKey = readRequestKey(options.requestKey ?? host.newId());
  await using session = await openSession(context, "driving", options);
  const target = await targetOf(context, session, patternName, options);
  const application = await session.client.call(
    applyPattern,
    { ...target, requestKey, ...(options.execute === true ? { execute: true } : {}) },
    { signal },
  );
  const { status, executionId } = application;
  if (options.execute === true && executionId !== undefined)
    return await followApplication(context, session, { ...application, executionId }, options);
  await print(context, application, options);
  return status === "rejected" ? EXIT_BLOCKED : 0;
}

/** Shows the execution to its end, and then what has become of the application. */
async function followApplication(
  context: CommandContext,
  session: Session,
  { applicationId, executionId }: PatternApplicationView & { readonly executionId: string },
  options: ApplyOptions,
): Promise<number> {
  const followed = { options, executionId, fromStart: true };
  const view =
    options.json === true ? await followExecution({ context, session, ...followed }) : await followToEnd(context, session, followed);
  const application = await session.client.call(getPatternApplication, { applicationId }, { signal: context.signal });
  await print(context, application, options);
  await stayForOthers(context, session);
  return exitCodeOf(view);
}

async function print(context: CommandContext, application: PatternApplicationView, options: CommonOptions): Promise<void> {
  if (options.json === true) await printDocument(context, getPatternApplication, application);
  else context.terminal.out.lines(applicationStory(application));
}

export interface ApplicationsOptions extends CommonOptions {
  readonly pattern?: string;
  readonly component?: string;
  readonly limit: string;
  readonly cursor?: string;
}

/** `tutti patterns applications [ID]` */
export async function applications(
  context: CommandContext,
  applicationId: string | undefined,
  options: ApplicationsOptions,
): Promise<number> {
  const { signal, terminal } = context;
  const limit = readLimit(options.limit);
  await using session = await openSession(context, "driving", options);
  if (applicationId !== undefined) {
    await print(context, await session.client.call(getPatternApplication, { applicationId }, { signal }), options);
    return 0;
  }
  const { pattern: patternName, component: targetComponent, cursor } = options;
  const page = await session.client.call(
    listPatternApplications,
    { limit, ...defined({ patternName, targetComponent, cursor }) },
    { signal },
  );
  if (options.json === true) await printDocument(context, listPatternApplications, page);
  else {
    terminal.out.lines(applicationTable(page.applications));
    if (page.nextCursor !== undefined) terminal.notice(`there are more: add --cursor ${page.nextCursor}`);
  }
  return 0;
}

/** What was typed is text where the pattern wants text, else what it says as JSON. */
async function targetOf(
  { host, signal }: CommandContext,
  { client }: Session,
  patternName: string,
  options: TargetOptions,
): Promise<PatternTarget> {
  const typed = readPairs(options.param, "-p");
  const given = options.params === undefined ? {} : await host.readObject(options.params);
  const { patterns } = await client.call(listPatterns, { patternName }, { signal });
  const read = readTypedValues(typed, patterns[0]?.parameters["properties"]);
  return { patternName, targetComponent: readComponent(options.component), parameters: { ...given, ...read } };
}
