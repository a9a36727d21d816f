import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { variableFor } from "./environment-settings.ts";

/** Names under which a configuration is looked for, the first that exists is taken. */
const CONFIG_NAMES: readonly string[] = ["tutti.yaml", "tutti.yml", "mcp.json", ".mcp.json", join(".vscode", "mcp.json")];

/** Where a configuration was found, which tells whether a command given later finds it again by itself. */
export interface FoundConfig {
  readonly file: string;
  readonly by: "request" | "environment" | "working-directory" | "workflow";
}

/** Finds the configuration: as asked for, else where tutti was started, else beside the workflow. */
export function findConfig(request: {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configFile?: string;
  readonly workflowFile?: string;
}): FoundConfig | undefined {
  const { workingDirectory, environment } = request;
  if (request.configFile !== undefined) return { file: resolve(workingDirectory, request.configFile), by: "request" };
  const named = variableFor("configFile", environment)?.value;
  if (named !== undefined) return { file: resolve(workingDirectory, named), by: "environment" };
  const here = firstIn(workingDirectory);
  if (here !== undefined) return { file: here, by: "working-directory" };
  const beside = request.workflowFile === undefined ? undefined : firstIn(dirname(resolve(workingDirectory, request.workflowFile)));
  return beside === undefined ? undefined : { file: beside, by: "workflow" };
}

function firstIn(folder: string): string | undefined {
  return CONFIG_NAMES.map((name) => join(folder, name)).find((file) => existsSync(file));
}
