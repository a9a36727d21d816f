import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { CliHost, Refusal } from "../cli/host.ts";
import { createDataDirectory, createPrivateFile } from "../sqlite/data-directory.ts";

/** Tells a process that it was started in the background, and has somebody to report its start to. */
const MARK = "TUTTI_BACKGROUND";

type Report = { readonly kind: "started"; readonly executionId: string } | { readonly kind: "refused"; readonly refusal: Refusal };

/** Where a process in the background reports its start; undefined when this is none. */
export function backgroundReport(environment: Readonly<Record<string, string | undefined>>): CliHost["background"] {
  if (environment[MARK] === undefined || process.send === undefined) return undefined;
  const report = (message: Report): void => {
    process.send?.(message);
    process.disconnect?.();
  };
  let reported = false;
  return {
    started(executionId) {
      reported = true;
      report({ kind: "started", executionId });
    },
    refused(refusal) {
      if (!reported) report({ kind: "refused", refusal });
    },
  };
}

/**
 * Runs this program once more, in a session of its own, and waits until it has reported its start.
 *
 * @throws TuttiError `journal.unusable` - its log cannot be written
 */
export async function startInBackground(request: {
  readonly args: readonly string[];
  readonly dataDirectory: string;
  readonly executionId: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<{ readonly report: Report; readonly pid: number; readonly logFile: string }> {
  const folder = join(request.dataDirectory, "logs");
  createDataDirectory(request.dataDirectory);
  createDataDirectory(folder);
  const logFile = join(folder, `${request.executionId}.log`);
  createPrivateFile(logFile);
  const log = openSync(logFile, "a");
  const args = [process.argv[1] ?? "", ...request.args, "--execution-id", request.executionId];
  const child = spawn(process.execPath, args, {
    cwd: request.workingDirectory,
    env: { ...request.environment, [MARK]: "1", NO_COLOR: "1" },
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const over = new AbortController();
  const died = once(child, "exit", { signal: over.signal }).then((): Report => {
    const text = `tutti: the process in the background ended before the execution was started, see ${logFile}`;
    return { kind: "refused", refusal: { exitCode: 70, text } };
  });
  const reported = once(child, "message", { signal: over.signal }).then(([message]): Report => message as Report);
  const report = await Promise.race([reported, died]);
  over.abort();
  await Promise.allSettled([reported, died]);
  if (child.connected) child.disconnect();
  child.unref();
  return { report, pid: child.pid ?? 0, logFile };
}
