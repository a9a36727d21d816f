import { resolve } from "node:path";
import { systemClock } from "../base/clock.ts";
import { randomIds } from "../base/ids.ts";
import type { JsonObject } from "../base/json.ts";
import type { BackgroundRequest, BackgroundStart, CliHost } from "../cli/host.ts";
import { readVersion } from "./version.ts";

/** What the commands ask of this program. Whatever costs time to load is loaded when it is asked for. */
export function createHost(environment: Readonly<Record<string, string | undefined>>, workingDirectory: string): CliHost {
  const version = readVersion();
  const around = { environment, workingDirectory, version };
  return {
    ...around,
    clock: systemClock,
    newId: () => randomIds.next(),
    readWorkflow: async (file) => await (await import("./read-workflow.ts")).readWorkflow(file, workingDirectory),
    readText: async (file) => await (file === "-" ? readInput() : readFileText(file, workingDirectory)),
    readObject: async (file) => await readObject(file, workingDirectory),
    readLock: async (places) => await (await import("./lock-file.ts")).readLockFile({ ...places, ...around }),
    writeLock: async (file, lock) => await (await import("./lock-file.ts")).writeLockFile(file, lock),
    formatProblem: async (problem) => (await import("../definition/format-problem.ts")).formatProblem(problem),
    open: async (request) => await (await import("./open-session.ts")).openSession(request, around),
    serve: async (request) => await (await import("./serve.ts")).serve(request, around),
    logIn: async (request) => await (await import("./log-in.ts")).logIn(request, around),
    logOut: async (request) => await (await import("./log-in.ts")).logOut(request, around),
    machine: async (request) => await (await import("./machine.ts")).machine(request, around),
    clientSources: async (directory) =>
      (await import("./plan-project.ts")).clientSources(resolve(workingDirectory, directory ?? "."), around),
    planProject: async (request) => (await import("./plan-project.ts")).planProject(request, around),
    makeProject: async (plan) => (await import("./make-project.ts")).makeProject(plan),
    examine: async (request) => await (await import("./examine.ts")).examine(request, around),
    configSchema: async () => (await import("./config-json-schema.ts")).configJsonSchema(),
    serveMcp: async (request) => await (await import("./mcp-stdio.ts")).serveMcpOverStdio(request, around),
    startInBackground: async (request) => await goToBackground(request, around),
  };
}

async function readFileText(file: string, workingDirectory: string): Promise<string> {
  return await (await import("./read-text.ts")).readText(resolve(workingDirectory, file), file);
}

async function readInput(): Promise<string> {
  const { text } = await import("node:stream/consumers");
  return await text(process.stdin);
}

async function readObject(file: string, workingDirectory: string): Promise<JsonObject> {
  const [{ readConfigDocument }, { readText }, { isJsonObject }, { TuttiError }] = await Promise.all([
    import("./config-document.ts"),
    import("./read-text.ts"),
    import("../base/json.ts"),
    import("../model/errors.ts"),
  ]);
  const { value, problems } = readConfigDocument(await readText(resolve(workingDirectory, file), file), file);
  if (problems.length > 0) throw new TuttiError("config.invalid", `${file} is not valid`, { problems });
  if (isJsonObject(value)) return value;
  throw new TuttiError("input.invalid", `${file} must hold an object`, { problems: [`${file} must hold an object`] });
}

async function goToBackground(
  { args, executionId, ...places }: BackgroundRequest,
  around: { readonly environment: Readonly<Record<string, string | undefined>>; readonly workingDirectory: string },
): Promise<BackgroundStart> {
  const [{ loadConfig }, { repeatedFlags }, { startInBackground }] = await Promise.all([
    import("./config.ts"),
    import("./repeated-flags.ts"),
    import("./background.ts"),
  ]);
  const { dataDirectory, found } = loadConfig({ ...places, ...around });
  const { report, pid, logFile } = await startInBackground({ args, dataDirectory, executionId, ...around });
  if (report.kind === "refused") return report;
  return { ...report, pid, logFile, flags: repeatedFlags(found, { ...places, ...around }) };
}
