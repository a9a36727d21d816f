import type { Clock } from "../base/clock.ts";
import { humanDuration, type Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import { visible } from "../base/visible.ts";
import type { CallOutcome } from "../model/call.ts";
import { CHECK_TIMEOUT_MS, type CheckConfig, type CheckRegistry } from "../model/check.ts";
import { checkNotRegistered } from "../model/check-not-registered.ts";
import { reasonOfNo } from "../model/said-no.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";

/** What checks are run with. */
export interface CheckPorts {
  readonly clock: Clock;
  /** Uses a tool, on the path of all calls. */
  readonly callTool: (use: CheckToolUse, signal: AbortSignal) => Promise<CallOutcome>;
  /** Takes out of what a program has written what must not be written down. */
  readonly hide: (text: string, env: Readonly<Record<string, string>>) => string;
}

export interface CheckToolUse {
  readonly server: string;
  readonly tool: string;
  readonly input: JsonObject;
  readonly timeoutMs: Ms;
}

/** What a check has found out. */
export interface CheckResult {
  readonly passed: boolean;
  /** In one sentence: why it did not pass, or that it did. */
  readonly detail: string;
  readonly durationMs: Ms;
  /** Of a program: the last 64 KiB of what it wrote. */
  readonly output?: string;
  readonly omittedBytes?: number;
  readonly exitCode?: number;
}

/**
 * Runs a check of the registry. A program passes with exit code 0, a tool when it does not say no (`isError`, `valid: false`).
 * What cannot be started, is not there or takes too long does not pass. May be run again at any time.
 *
 * @throws the reason of the signal, when that aborts
 */
export async function runCheck(name: string, registry: CheckRegistry, ports: CheckPorts, signal: AbortSignal): Promise<CheckResult> {
  const check = Object.hasOwn(registry.checks, name) ? registry.checks[name] : undefined;
  const result =
    check === undefined
      ? { passed: false, detail: checkNotRegistered(name, registry), durationMs: 0 }
      : await runRegistered(check, ports, signal);
  signal.throwIfAborted();
  return result;
}

async function runRegistered(check: CheckConfig, ports: CheckPorts, signal: AbortSignal): Promise<CheckResult> {
  const { timeoutMs = CHECK_TIMEOUT_MS } = check;
  switch (check.kind) {
    case "command":
      return ofCommand(await runCommand({ ...check, timeoutMs }, ports.clock, signal), timeoutMs, (text) => ports.hide(text, check.env));
    case "tool": {
      const startMs = ports.clock.monotonicMs();
      const { server, tool, arguments: input } = check;
      const outcome = await ports.callTool({ server, tool, input, timeoutMs }, signal);
      return { ...ofTool(`${server}.${tool}`, outcome), durationMs: Math.round(ports.clock.monotonicMs() - startMs) };
    }
  }
}

function ofCommand(ended: CommandEnd, timeoutMs: Ms, hide: (text: string) => string): CheckResult {
  const { end, durationMs } = ended;
  const { output, omittedBytes } = withoutCutSecret(hide(ended.output), ended.omittedBytes);
  const passed = end.kind === "exited" && end.exitCode === 0;
  const how = describeEnd(end, timeoutMs);
  const words = passed ? "" : lastWords(output);
  return {
    passed,
    detail: `${how} after ${humanDuration(durationMs)}${words}`,
    durationMs,
    output,
    ...(omittedBytes === 0 ? {} : { omittedBytes }),
    ...(end.kind === "exited" ? { exitCode: end.exitCode } : {}),
  };
}

/** Longer than any secret. */
const CUT_CHARACTERS = 4_096;

/** Where what was kept begins, there may be the end of a secret, which nobody recognises any more. */
function withoutCutSecret(output: string, omittedBytes: number): { readonly output: string; readonly omittedBytes: number } {
  if (omittedBytes === 0) return { output, omittedBytes };
  const inPair = /^[\udc00-\udfff]/.test(output.charAt(CUT_CHARACTERS));
  const from = inPair ? CUT_CHARACTERS + 1 : CUT_CHARACTERS;
  return { output: output.slice(from), omittedBytes: omittedBytes + Buffer.byteLength(output.slice(0, from)) };
}

function describeEnd(end: CommandEnd["end"], timeoutMs: Ms): string {
  switch (end.kind) {
    case "exited":
      return `exit code ${end.exitCode}`;
    case "killed":
      return `it was ended by ${end.signal}`;
    case "timed-out":
      return `it did not end within ${humanDuration(timeoutMs)} and was killed`;
    case "aborted":
      return "it is no longer wanted and was killed";
    case "not-started":
      return `it could not be started: ${end.reason}`;
  }
}

const WORDS_MAX = 200;

/** The last line that says anything: most programs put the verdict there. */
function lastWords(output: string): string {
  const line = output
    .split("\n")
    .map((text) => visible(text.trim()))
    .findLast((text) => text !== "");
  return line === undefined ? "" : `; its last words: ${line.slice(0, WORDS_MAX)}`;
}

function ofTool(name: string, outcome: CallOutcome): Omit<CheckResult, "durationMs"> {
  if (outcome.kind !== "succeeded") return { passed: false, detail: `${name} said no: ${outcome.error.message}` };
  const reason = reasonOfNo(outcome.output);
  return reason === undefined ? { passed: true, detail: `${name} said yes` } : { passed: false, detail: `${name} said no: ${reason}` };
}
