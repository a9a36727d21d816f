import { defined } from "../base/defined.ts";
import { readFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import type { Json } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { noFindings, report } from "../definition/reading.ts";
import type { Findings, Reading } from "../definition/reading.ts";
import { TuttiError } from "../model/errors.ts";
import type { AccessConfig } from "../model/access.ts";
import { NO_CHECKS } from "../model/check.ts";
import type { CheckRegistry } from "../model/check.ts";
import type { LocatedProblem, Problem } from "../model/problem.ts";
import { SERVER_NAME } from "../model/server-name.ts";
import type { ServerConfig } from "../model/server.ts";
import { NO_SETTINGS } from "../model/server-settings.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { ConfigDocument } from "./config-document.ts";
import { accessConfig } from "./access-config.ts";
import { checkRegistry, reportServerOfChecks } from "./check-config.ts";
import { readConfigDocument } from "./config-document.ts";
import { clientFile, configFile } from "./config-file.ts";
import type { ConfigFile } from "./config-file.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import { environmentSettings } from "./environment-settings.ts";
import type { EnvironmentSettings } from "./environment-settings.ts";
import { fileSurroundings } from "./file-surroundings.ts";
import { findConfig } from "./find-config.ts";
import type { FoundConfig } from "./find-config.ts";
import { bareHost } from "./serve-config.ts";
import { servingConfig } from "./serving-config.ts";
import type { ServingConfig } from "./serving-config.ts";
import { addToServer, isWhole, serverConfig } from "./server-config.ts";
import type { ServerEntry } from "./server-entry.ts";
import { settingsConfig } from "./settings-config.ts";

/** Where a configuration comes from: the values passed in, nothing global. */
export interface ConfigRequest {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--config` */
  readonly configFile?: string;
  /** `--data-dir` */
  readonly dataDirectory?: string;
  /** A configuration is also looked for beside it. */
  readonly workflowFile?: string;
  /** `--host` */
  readonly host?: string;
  /** `--port` */
  readonly port?: number;
}

/** Everything that is configured, final: variables are put in and paths are absolute. */
export interface Config extends ServerSettings, ServingConfig {
  /** Undefined when there is none: there are no servers then. */
  readonly found?: FoundConfig;
  readonly dataDirectory: string;
  readonly servers: readonly ServerConfig[];
  readonly secretsFile?: string;
  /** Calls in flight at once, to all servers. Default 50. */
  readonly maxConcurrentCalls?: number;
  /** Signs the audit log. Default: a key in the data directory. */
  readonly auditKeyFile?: string;
  readonly access: AccessConfig;
  /** What steps and patterns may ask for by name. */
  readonly checkRegistry: CheckRegistry;
  /** Workflow files, absolute, by the operation that they are for. */
  readonly operations: Readonly<Record<string, string>>;
  readonly warnings: readonly LocatedProblem[];
}

/**
 * Finds and reads the configuration. What was asked for outranks the environment, and that the file.
 *
 * @throws TuttiError `config.invalid` - with all problems of all files at once; `file.unreadable`
 */
export function loadConfig(request: ConfigRequest): Config {
  const found = findConfig(request);
  const loaded = found === undefined ? NOTHING : readFile(found.file, request);
  const environment = environmentSettings(request.environment);
  const problems = [...environment.problems, ...loaded.problems];
  const errors = problems.filter((problem) => problem.severity === "error");
  if (errors.length > 0) {
    const message = `the configuration has ${errors.length === 1 ? "1 problem" : `${errors.length} problems`}`;
    throw new TuttiError("config.invalid", message, { problems: errors });
  }
  const { audit, secrets, limits } = loaded.file;
  const folder = dirname(found?.file ?? "");
  return {
    ...defined({
      found,
      secretsFile: secrets === undefined ? undefined : resolve(folder, secrets.file),
      maxConcurrentCalls: limits?.maxConcurrentCalls,
      auditKeyFile: audit === undefined ? undefined : resolve(folder, audit.key),
    }),
    servers: loaded.servers,
    ...loaded.settings,
    ...loaded.serving,
    ...outranked(request, environment.settings, loaded, folder),
    access: loaded.access,
    checkRegistry: loaded.checkRegistry,
    operations: Object.fromEntries(Object.entries(loaded.file.operations ?? {}).map(([name, file]) => [name, resolve(folder, file)])),
    warnings: problems,
  };
}

/** What may stand in several places, from the one that counts. */
function outranked(
  request: ConfigRequest,
  environment: EnvironmentSettings,
  { file, serving }: LoadedFile,
  folder: string,
): Pick<Config, "dataDirectory" | "serve" | "patternDirectory"> {
  const asked = request.dataDirectory ?? environment.dataDirectory;
  const inFile = file.dataDirectory === undefined ? undefined : resolve(folder, file.dataDirectory);
  const here = (path: string): string => resolve(request.workingDirectory, path);
  const { patternDirectory } = environment;
  const host = request.host ?? environment.host;
  return {
    dataDirectory: asked === undefined ? (inFile ?? here(".tutti")) : here(asked),
    serve: {
      ...serving.serve,
      ...defined({ host: host === undefined ? undefined : bareHost(host), port: request.port ?? environment.port }),
    },
    ...(patternDirectory === undefined ? {} : { patternDirectory: here(patternDirectory) }),
  };
}

interface LoadedFile {
  readonly file: ConfigFile;
  readonly servers: readonly ServerConfig[];
  readonly access: AccessConfig;
  readonly settings: ServerSettings;
  readonly serving: ServingConfig;
  readonly checkRegistry: CheckRegistry;
  readonly problems: readonly LocatedProblem[];
}

/** No servers; nobody is asked who they are, and nobody has a role. */
const NOTHING: LoadedFile = {
  file: {},
  servers: [],
  access: { roles: {}, tenants: {} },
  settings: NO_SETTINGS,
  serving: { serve: { allowedHosts: [], allowedOrigins: [] }, ports: {} },
  checkRegistry: NO_CHECKS,
  problems: [],
};

const LARGEST_FILE_BYTES = 4 * 1024 * 1024;

/** @param outer - the servers of the including file, if there is one */
function readFile(path: string, request: ConfigRequest, outer: Entries = {}): LoadedFile {
  const name = relative(request.workingDirectory, path);
  const document = readConfigDocument(readText(path), name.startsWith("..") ? path : name);
  if (document.value === undefined) return { ...NOTHING, problems: document.problems };
  const findings = noFindings();
  const root: Reading = { path: [], findings };
  const around = fileSurroundings(path, request.environment);
  const type = isClientFile(path, document.value) ? clientFile : configFile;
  const file: ConfigFile = type.readPartly(document.value, root)?.values ?? {};
  const entries = entriesInside(outer, file.servers ?? {});
  const included = includedFile(file.mcp, entries, { root, around, request });
  const servers = mergedServers(entries, included.servers, { root, around });
  const access = accessConfig(file, root, around.folder);
  const settings = settingsConfig(file, root, around);
  const serving = servingConfig(file, access, root, around);
  const registry = checkRegistry(file, root, around);
  reportServerOfChecks(registry, Object.keys(file.servers ?? {}), root);
  return {
    file,
    servers,
    access,
    settings,
    serving,
    checkRegistry: registry,
    problems: [...problemsOf(document, findings, type), ...included.problems],
  };
}

/** In the order of the file. */
function problemsOf(
  document: ConfigDocument,
  { errors, warnings }: Findings,
  type: typeof configFile | typeof clientFile,
): readonly LocatedProblem[] {
  const problems = [...errors, ...warnings];
  const found = type === clientFile ? problems.flatMap(lenient) : problems;
  const located = [...document.problems, ...found.map((problem) => withoutSecret(document.locate(problem, type)))];
  return located.sort((left, right) => left.line - right.line || left.column - right.column);
}

/** The line around a secret is not shown: whoever tells of a mistake would tell the secret too. */
function withoutSecret(problem: LocatedProblem): LocatedProblem {
  return problem.code === "secret-in-file" ? { ...problem, source: "" } : problem;
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > LARGEST_FILE_BYTES) throw new Error(`it has more than ${LARGEST_FILE_BYTES / 1024 / 1024} MiB`);
    return bytes.toString("utf8").replace(/^\uFEFF/, "");
  } catch (cause) {
    throw new TuttiError("file.unreadable", `cannot read ${path}: ${(cause as Error).message}`, { file: path }, { cause });
  }
}

/** Whether the file was written for MCP clients in general, and not for Tutti. */
function isClientFile(path: string, value: Json): boolean {
  return /^\.?mcp\.json$/.test(basename(path)) || (isJsonObject(value) && "mcpServers" in value);
}

/** What Tutti does not know in a file that was not written for it: keys of other programs, and names that it cannot use. */
function lenient(problem: Problem): readonly Problem[] {
  if (problem.code === "unknown-key" && problem.path.length === 1) return [];
  const foreign = problem.code === "unknown-key" || (problem.atKey === true && problem.code === "invalid-text");
  return [foreign ? { ...problem, severity: "warning" } : problem];
}

type Entries = Readonly<Record<string, ServerEntry>>;

interface Including {
  readonly root: Reading;
  readonly around: EntrySurroundings;
  readonly request: ConfigRequest;
}

function includedFile(mcp: string | undefined, entries: Entries, { root, around, request }: Including): LoadedFile {
  if (mcp === undefined) return NOTHING;
  try {
    return readFile(resolve(around.folder, mcp), request, entries);
  } catch (error) {
    report({ path: ["mcp"], findings: root.findings }, "unreadable-file", (error as Error).message);
    return NOTHING;
  }
}

/** Nobody wants to know what is wrong with servers that the including file has in its own way, and its word makes an address good. */
function entriesInside(outer: Entries, entries: Entries): Entries {
  const kept = Object.entries(entries).flatMap(([name, entry]): readonly (readonly [string, ServerEntry])[] => {
    const { disabled, insecure } = outer[name] ?? {};
    if (disabled === true || isWhole(outer[name] ?? {})) return [];
    return [[name, insecure === undefined || entry.url === undefined ? entry : { ...entry, insecure }]];
  });
  return Object.fromEntries(kept);
}

/** A server of `tutti.yaml` replaces one of the same name in the included file, or only adds to it what Tutti wants to know. */
function mergedServers(
  entries: Entries,
  included: readonly ServerConfig[],
  context: { readonly root: Reading; readonly around: EntrySurroundings },
): readonly ServerConfig[] {
  const servers = new Map(included.map((server) => [server.name, server]));
  for (const [name, entry] of Object.entries(entries)) {
    const reading: Reading = { path: ["servers", name], findings: context.root.findings };
    const base = servers.get(name);
    servers.delete(name);
    if (entry.disabled === true || !SERVER_NAME.test(name)) continue;
    const adds = base !== undefined && !isWhole(entry);
    const server = adds ? addToServer(base, entry, reading, context.around) : serverConfig(name, entry, reading, context.around);
    if (server !== undefined) servers.set(name, server);
  }
  return [...servers.values()];
}
