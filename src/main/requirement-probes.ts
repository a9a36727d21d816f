import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Clock } from "../base/clock.ts";
import { randomIds } from "../base/ids.ts";
import { quoted } from "../base/visible.ts";
import { runCheck } from "../checks/run-check.ts";
import type { CheckPorts } from "../checks/run-check.ts";
import type { CheckRegistry } from "../model/check.ts";
import { allocationOf } from "../model/port-table.ts";
import type { PortTable } from "../model/port-table.ts";
import type { Caller } from "../operations/operation-context.ts";
import { outsideExecution } from "../operations/outside-execution.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Discovery } from "../ports/discovery.ts";
import type { Machines } from "../ports/machines.ts";
import type { Finding, RequirementProbes } from "../ports/patterns.ts";
import { UNWATCHED } from "../ports/tool-caller.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import { errorCode } from "../sqlite/data-directory.ts";
import { hideSecretVariables } from "./hide-secret-variables.ts";
import { isFree } from "./service-port.ts";

/** With what requirements of patterns are looked at. */
export interface ProbeOptions {
  readonly discovery: Discovery;
  readonly catalogs: CatalogSource;
  readonly checks: CheckRegistry;
  readonly machines: Pick<Machines, "get" | "list">;
  readonly caller: ToolCaller;
  readonly clock: Clock;
  readonly ports: PortTable;
  /** Files are looked for below it. */
  readonly folder: string;
}

/** What finds out about requirements; what uses tools does it in the name of the caller. */
export function requirementProbes({
  ports,
  folder,
  clock,
  caller: tools,
  ...sources
}: ProbeOptions): (caller: Caller) => RequirementProbes {
  return (caller) => {
    const checkPorts: CheckPorts = {
      clock,
      hide: hideSecretVariables,
      callTool: async ({ server, tool, input, timeoutMs }, signal) => {
        const use = { server, tool, input, effect: "read" as const, timeoutMs };
        return await tools.call(outsideExecution(use, caller, { clock, ids: randomIds }), UNWATCHED, signal);
      },
    };
    return {
      ...sources,
      runCheck: async (name, signal) => await runCheck(name, sources.checks, checkPorts, signal),
      portHolder: (port) => allocationOf(port, ports)?.service,
      portIsFree: async (port) => {
        const free = await isFree({ host: "127.0.0.1", port });
        return { passed: free, detail: free ? `port ${port} is free` : `port ${port} is taken by another program` };
      },
      fileIsThere: async (path) => await fileIsThere(folder, path),
    };
  };
}

/** Links are followed before it is decided whether a path stays below the folder. */
async function fileIsThere(folder: string, path: string): Promise<Finding> {
  const outside: Finding = { passed: false, detail: `${quoted(path)} is not below the folder of the configuration` };
  if (path.includes("\0") || isAbsolute(path) || !isBelow(folder, resolve(folder, path))) return outside;
  try {
    const found = await realpath(resolve(folder, path));
    if (!isBelow(await realpath(folder), found)) return outside;
    const kind = (await stat(found)).isDirectory() ? "a folder" : "a file";
    return { passed: true, detail: `${quoted(path)} is ${kind}` };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return { passed: false, detail: `${quoted(path)} is not there` };
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
