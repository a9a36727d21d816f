import { basename, isAbsolute, relative, resolve } from "node:path";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { quoted } from "../base/visible.ts";
import { SERVER_NAME } from "../model/server-name.ts";
import { isSecret, SecretTaker, variableName } from "./literal-secrets.ts";
import type { NeededVariable, TextPlace } from "./literal-secrets.ts";

/** Servers of another program as `tutti.yaml` has them. */
export interface ImportedServers {
  readonly servers: Readonly<Record<string, JsonObject>>;
  readonly needed: readonly NeededVariable[];
  /** What was changed, left out or switched off, one sentence each. */
  readonly notes: readonly string[];
}

/** The file of another program, read. */
export interface ClientDocument {
  readonly value: Json;
  /** What its relative paths are relative to; undefined when it is about no folder. */
  readonly folder?: string;
}

/**
 * Takes over the servers of several files. Nothing that looks like a secret is in the result: variables of the
 * environment stand in its place.
 *
 * @param directory - the folder of the `tutti.yaml` that is to have them
 */
export function importServers(documents: readonly ClientDocument[], directory: string): ImportedServers {
  const taker = new SecretTaker();
  const servers = new Map<string, JsonObject>();
  const needed: NeededVariable[] = [];
  const notes: string[] = [];
  for (const document of documents) {
    const inputs = inputsOf(document.value);
    for (const [written, entry] of Object.entries(entriesOf(document.value))) {
      const name = freeName(written, servers, notes);
      const context = { name, directory, document, inputs, taker, needed, notes };
      const server = isJsonObject(entry) ? importServer(entry, context) : undefined;
      if (server !== undefined) servers.set(name, server);
    }
  }
  return { servers: Object.fromEntries(servers), needed: uniqueByName([...taker.needed, ...needed]), notes };
}

interface ImportContext {
  readonly name: string;
  readonly directory: string;
  readonly document: ClientDocument;
  readonly inputs: ReadonlyMap<string, JsonObject>;
  readonly taker: SecretTaker;
  readonly needed: NeededVariable[];
  readonly notes: string[];
}

/** `mcpServers` of most programs, `servers` of VS Code, and both of them below `mcp` in its settings. */
export function entriesOf(document: Json): JsonObject {
  if (!isJsonObject(document)) return {};
  for (const key of ["mcpServers", "servers"]) {
    const entries = document[key];
    if (isJsonObject(entries)) return entries;
  }
  const inner = document["mcp"];
  return isJsonObject(inner) ? entriesOf(inner) : {};
}

function inputsOf(document: Json): ReadonlyMap<string, JsonObject> {
  const inputs = isJsonObject(document) ? (document["inputs"] ?? inputsBelow(document["mcp"])) : undefined;
  if (!isJsonArray(inputs)) return new Map();
  return new Map(inputs.filter(isJsonObject).map((input) => [textOf(input["id"]), input]));
}

function inputsBelow(document: Json | undefined): Json | undefined {
  return isJsonObject(document) ? document["inputs"] : undefined;
}

/** A name that workflows can use and that no other server has. */
function freeName(written: string, servers: ReadonlyMap<string, unknown>, notes: string[]): string {
  const plain =
    written
      .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 60) || "server";
  let name = SERVER_NAME.test(written) ? written : plain;
  for (let number = 2; servers.has(name); number += 1) name = `${plain}-${number}`;
  if (name !== written) notes.push(`${quoted(written)} is called ${quoted(name)}`);
  return name;
}

const KEYS = [
  "type",
  "command",
  "args",
  "env",
  "envFile",
  "env_file",
  "cwd",
  "url",
  "serverUrl",
  "httpUrl",
  "headers",
  "disabled",
  "enabled",
];

function importServer(entry: JsonObject, context: ImportContext): JsonObject | undefined {
  const { name, notes } = context;
  const command = entry["command"];
  const url = entry["url"] ?? entry["serverUrl"] ?? entry["httpUrl"];
  if (isTutti(entry)) {
    notes.push(`${quoted(name)} was left out: it is Tutti itself`);
    return undefined;
  }
  if (typeof command !== "string" && typeof url !== "string") {
    notes.push(`${quoted(name)} was left out: it has neither a command nor a url`);
    return undefined;
  }
  const unknown = Object.keys(entry).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) notes.push(`of ${quoted(name)} was left out what Tutti does not know: ${unknown.join(", ")}`);
  const server = typeof command === "string" ? programOf(command, entry, context) : addressOf(textOf(url), entry, context);
  return entry["disabled"] === true || entry["enabled"] === false ? { ...server, disabled: true } : server;
}

/** A server that runs workflows would start this one, which would start it again. */
function isTutti({ command, args }: JsonObject): boolean {
  const words = [basename(textOf(command)).replace(/\.(cmd|exe|js)$/i, ""), ...(isJsonArray(args) ? args.map(textOf) : [])];
  const place = words.findIndex((word) => /(^|\/)tutti(@[\w.-]+|\.js)?$/.test(word));
  return place >= 0 && words[place + 1] === "mcp";
}

function programOf(command: string, entry: JsonObject, context: ImportContext): JsonObject {
  const { directory, document } = context;
  const { args, cwd } = entry;
  const environmentFile = entry["envFile"] ?? entry["env_file"];
  const folder = typeof cwd === "string" ? fromFolder(known(cwd, "cwd", context), context) : relativeFolder(document.folder, directory);
  return {
    command: /^\.{1,2}[/\\]/.test(command) ? fromFolder(command, context) : known(command, "command", context),
    ...(isJsonArray(args) ? { args: argumentsOf(args, context) } : {}),
    ...textsOf("env", entry["env"], context),
    ...(typeof environmentFile === "string" ? { env_file: fromFolder(known(environmentFile, "env_file", context), context) } : {}),
    ...(folder === undefined ? {} : { cwd: folder }),
  };
}

function addressOf(url: string, entry: JsonObject, context: ImportContext): JsonObject {
  return {
    ...(entry["type"] === "sse" ? { type: "sse" } : {}),
    url: shared(url, { server: context.name, place: "url" }, context),
    ...textsOf("headers", entry["headers"], context),
  };
}

/** The word before a value says what it is: `--token abc`. */
function argumentsOf(args: readonly Json[], context: ImportContext): readonly string[] {
  return args.map((argument, index) => {
    const before = textOf(args[index - 1]);
    const name = /^--?[A-Za-z][\w-]*$/.test(before) ? { name: before } : {};
    return shared(textOf(argument), { server: context.name, place: `argument ${index + 1}`, ...name }, context);
  });
}

function textsOf(key: "env" | "headers", value: Json | undefined, context: ImportContext): JsonObject {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return {};
  const place = key === "env" ? "env" : "header";
  const texts = Object.entries(value)
    .filter(([, text]) => text !== null)
    .map(([name, text]) => [name, shared(textOf(text), { server: context.name, place: `${place} ${name}`, name }, context)]);
  return { [key]: Object.fromEntries(texts) };
}

/** Text as it may be shared with others: with variables that Tutti knows, and without secrets. */
function shared(text: string, at: TextPlace, context: ImportContext): string {
  return context.taker.withoutSecrets(known(text, at.place, context), at);
}

/** Text with the variables of other programs as Tutti writes them. */
function known(text: string, place: string, context: ImportContext): string {
  return text.replaceAll(/\$\{([^{}]*)\}/g, (written, inner: string) => {
    if (inner === "workspaceFolder" || inner === "userHome") return written;
    if (inner === "workspaceFolderBasename") return basename(context.directory);
    if (inner === "pathSeparator" || inner === "/") return "/";
    if (inner.startsWith("input:")) return variableOfInput(inner.slice("input:".length), place, context);
    const [, name, fallback = ""] = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner) ?? [];
    return name === undefined ? written : variable({ name, server: context.name, place, was: "environment" }, fallback, context);
  });
}

function variableOfInput(id: string, place: string, context: ImportContext): string {
  const { description, password, default: preset } = context.inputs.get(id) ?? {};
  const about = textOf(description);
  const needed: NeededVariable = { name: variableName(id), server: context.name, place, was: "input", ...(about === "" ? {} : { about }) };
  return variable(needed, password === true ? "" : textOf(preset), context);
}

/** A default goes along, unless it is a secret. */
function variable(needed: NeededVariable, preset: string, context: ImportContext): string {
  if (preset !== "" && !isSecret(needed.name, preset)) return `\${${needed.name}:-${preset}}`;
  context.needed.push(needed);
  return `\${${needed.name}}`;
}

/** A path of the other program, as it is seen from the folder of `tutti.yaml`. */
function fromFolder(path: string, { document, directory }: ImportContext): string {
  if (document.folder === undefined || isAbsolute(path) || path.startsWith("${")) return path;
  const seen = relative(directory, resolve(document.folder, path));
  return seen.startsWith(".") ? seen : `./${seen}`;
}

/** Where programs of the other file were started, unless that is the folder of `tutti.yaml` too. */
function relativeFolder(folder: string | undefined, directory: string): string | undefined {
  return folder === undefined || folder === directory ? undefined : relative(directory, folder);
}

function textOf(value: Json | undefined): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? `${value}` : "";
}

/** The first of each name. */
function uniqueByName(needed: readonly NeededVariable[]): readonly NeededVariable[] {
  const names = new Set<string>();
  return needed.filter(({ name }) => !names.has(name) && names.add(name));
}
