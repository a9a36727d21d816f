import { nearest } from "../base/nearest.ts";
import { quoted } from "../base/visible.ts";
import { checkNotRegistered } from "../model/check-not-registered.ts";
import { isTuttiError } from "../model/errors.ts";
import { isUsable } from "../model/machine.ts";
import type { RequirementCheck } from "../model/pattern.ts";
import { serverUnavailable } from "../model/server-unavailable.ts";
import { silencesOf } from "../model/server-record.ts";
import { checkValue } from "../planner/check-value.ts";
import { createToolIndex } from "../planner/tool-index.ts";
import type { Finding, RequirementProbes } from "../ports/patterns.ts";
import { catalogFor } from "./catalog-for.ts";
import { namedTool } from "./named-tool.ts";

/** Finds out whether one requirement is met. What cannot be found out is not met. */
export async function checkRequirement(check: RequirementCheck, probes: RequirementProbes, signal: AbortSignal): Promise<Finding> {
  try {
    return together(await findings(check, probes, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (isTuttiError(error)) return { passed: false, detail: error.message };
    throw error;
  }
}

async function findings(check: RequirementCheck, probes: RequirementProbes, signal: AbortSignal): Promise<readonly Finding[]> {
  switch (check.kind) {
    case "server":
      return await serverFindings(check.names, probes, signal);
    case "tool":
      return await toolFindings(check, probes, signal);
    case "check":
      return check.is === "registered" ? check.names.map((name) => isRegistered(name, probes)) : await passing(check.names, probes, signal);
    case "port":
      return await Promise.all(check.ports.map(async (port) => await portFinding(port, check.is, probes)));
    case "machine":
      return check.names.map((name) => machineFinding(name, probes));
    case "file":
      return await Promise.all(check.paths.map(async (path) => await probes.fileIsThere(path)));
    case "parameter":
      return [{ passed: check.holds, detail: check.holds ? "it holds" : "the parameters do not say so" }];
  }
}

/** What all findings say together: when some are bad, only these are told. */
function together(all: readonly Finding[]): Finding {
  const bad = all.filter(({ passed }) => !passed);
  return { passed: bad.length === 0, detail: (bad.length > 0 ? bad : all).map(({ detail }) => detail).join("; ") };
}

async function serverFindings(
  names: readonly string[],
  { discovery }: RequirementProbes,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const records = await discovery.discover(names, signal);
  return records.map((record) => {
    const answers = record.replicas.some(({ answer }) => answer.kind === "answered");
    const { serverId } = record;
    return { passed: answers, detail: answers ? `${serverId} answers` : serverUnavailable(serverId, silencesOf(record)).message };
  });
}

async function toolFindings(
  { names, with: given }: RequirementCheck & { readonly kind: "tool" },
  { catalogs }: RequirementProbes,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const index = createToolIndex(await catalogFor(names, catalogs, signal));
  return names.map((name) => {
    const use = { ...namedTool(name), with: given ?? {} };
    const found = index.find(use);
    if (found === undefined) return { passed: false, detail: index.unknown(use, []).message };
    if (given === undefined) return { passed: true, detail: `${name} is there` };
    const taker = { name, member: "argument" } as const;
    const faults = checkValue({ value: given, schema: found.inputSchema(), taker, hole: () => undefined });
    const errors = faults.filter(({ severity }) => severity === "error").map(({ message }) => message);
    return { passed: errors.length === 0, detail: errors.length === 0 ? `${name} takes the arguments` : errors.join("; ") };
  });
}

function isRegistered(name: string, { checks: registry }: RequirementProbes): Finding {
  if (Object.hasOwn(registry.checks, name)) return { passed: true, detail: `the check ${quoted(name)} is registered` };
  return { passed: false, detail: checkNotRegistered(name, registry) };
}

/** One after the other: checks may be heavy, and may stand in each other's way. */
async function passing(names: readonly string[], probes: RequirementProbes, signal: AbortSignal): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const name of names) {
    const { passed, detail } = await probes.runCheck(name, signal);
    found.push({ passed, detail: `${quoted(name)}: ${detail}` });
  }
  return found;
}

async function portFinding(port: number, is: "free" | "registered", probes: RequirementProbes): Promise<Finding> {
  if (is === "free") return await probes.portIsFree(port);
  const holder = probes.portHolder(port);
  const detail = holder === undefined ? `port ${port} is not in the table of ports` : `port ${port} is registered for ${holder}`;
  return { passed: holder !== undefined, detail };
}

function machineFinding(name: string, { machines }: RequirementProbes): Finding {
  const machine = machines.get(name);
  if (machine !== undefined) {
    return { passed: isUsable(machine), detail: `the machine ${quoted(name)} is ${machine.status}` };
  }
  const meant = nearest(
    name,
    machines.list().map(({ machineId }) => machineId),
  );
  return {
    passed: false,
    detail: `no machine has the name ${quoted(name)}${meant === undefined ? "" : ` - did you mean ${quoted(meant)}?`}`,
  };
}
