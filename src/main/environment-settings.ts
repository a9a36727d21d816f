import { defined } from "../base/defined.ts";
import type { Json } from "../base/json.ts";
import { noFindings } from "../definition/reading.ts";
import { text } from "../definition/scalar-types.ts";
import { sourceText } from "../definition/source-text.ts";
import type { ValueType } from "../definition/value-type.ts";
import type { LocatedProblem } from "../model/problem.ts";
import { listenHost, listenPort } from "./serve-entry.ts";

/** The variables of each setting that the environment may have; the first that is set counts. */
export const SETTINGS_VARIABLES: Readonly<Record<Setting, readonly string[]>> = {
  configFile: ["TUTTI_CONFIG"],
  dataDirectory: ["TUTTI_DATA_DIR", "CAELUM_WORKFLOW_DATA_DIR"],
  patternDirectory: ["TUTTI_PATTERN_DIR", "CAELUM_WORKFLOW_PATTERN_DIR"],
  host: ["TUTTI_HOST", "CAELUM_WORKFLOW_ORCHESTRATION_HOST"],
  port: ["TUTTI_PORT", "CAELUM_WORKFLOW_ORCHESTRATION_PORT"],
};

type Setting = "configFile" | "dataDirectory" | "patternDirectory" | "host" | "port";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says in place of the configuration file. Paths are as they are written. */
export interface EnvironmentSettings {
  readonly dataDirectory?: string;
  readonly patternDirectory?: string;
  readonly host?: string;
  readonly port?: number;
}

/** Reads everything that the environment says; what is wrong is a problem in a "file" that is named for the variable. */
export function environmentSettings(environment: Environment): {
  readonly settings: EnvironmentSettings;
  readonly problems: readonly LocatedProblem[];
} {
  const problems: LocatedProblem[] = [];
  const read = <T>(setting: Setting, type: ValueType<T>, parse: (text: string) => Json = (text) => text) => {
    const found = variableFor(setting, environment);
    if (found === undefined) return undefined;
    const findings = noFindings();
    const value = type.read(parse(found.value), { path: [found.name], findings });
    const source = sourceText(found.value, found.name);
    const span = { start: 0, end: found.value.length };
    problems.push(...findings.errors.map(({ code, severity, message }) => source.located({ code, severity, message, span })));
    return value;
  };
  const settings = {
    dataDirectory: read("dataDirectory", text(4_096)),
    patternDirectory: read("patternDirectory", text(4_096)),
    host: read("host", listenHost),
    port: read("port", listenPort, (written) => (/^\d{1,5}$/.test(written) ? Number(written) : written)),
  };
  return { settings: defined(settings), problems };
}

/** The variable that counts for a setting, and what it says. One that is empty is not set. */
export function variableFor(setting: Setting, environment: Environment): { readonly name: string; readonly value: string } | undefined {
  for (const name of SETTINGS_VARIABLES[setting]) {
    const value = environment[name];
    if (value !== undefined && value !== "" && !isServiceLink(value)) return { name, value };
  }
  return undefined;
}

/** Kubernetes tells every container of a service called "tutti" that TUTTI_PORT is "tcp://10.0.0.1:8113", which nobody has asked for. */
function isServiceLink(value: string): boolean {
  return /^(tcp|udp|sctp):\/\//.test(value);
}
