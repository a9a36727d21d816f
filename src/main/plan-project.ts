import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import type { Json, JsonObject } from "../base/json.ts";
import { quoted } from "../base/visible.ts";
import type { ClientSource, PlannedFile, ProjectPlan, ProjectRequest } from "../cli/host.ts";
import { noFindings } from "../definition/reading.ts";
import { workflowJsonSchema } from "../definition/workflow-json-schema.ts";
import { TuttiError } from "../model/errors.ts";
import { clientFiles, CLIENTS } from "./client-files.ts";
import type { ClientFile } from "./client-files.ts";
import { readConfigDocument } from "./config-document.ts";
import { configJsonSchema } from "./config-json-schema.ts";
import { fileSurroundings } from "./file-surroundings.ts";
import { entriesOf, importServers } from "./import-servers.ts";
import type { ClientDocument, ImportedServers } from "./import-servers.ts";
import type { Surrounding } from "./open-session.ts";
import { CONFIG_SCHEMA_FILE, configText, serversText, WORKFLOW_SCHEMA_FILE, workflowText } from "./project-texts.ts";
import { serverConfig } from "./server-config.ts";
import { serverEntry } from "./server-entry.ts";

/** Servers that other programs have, here and on this machine. A file that cannot be read has none. */
export function clientSources(directory: string, around: Surrounding): readonly ClientSource[] {
  return placesOf(directory, around).flatMap(({ client, file, folder }) => {
    const servers = Object.keys(entriesOf(readQuietly(file)));
    if (servers.length === 0) return [];
    return [{ file, title: CLIENTS[client], from: folder === undefined ? client : relative(around.workingDirectory, file), servers }];
  });
}

/** Nobody has asked for this file in particular. */
function readQuietly(file: string): Json {
  try {
    return readConfigDocument(readFileSync(file, "utf8"), file).value ?? {};
  } catch {
    return {};
  }
}

/**
 * What `tutti init` would make. Nothing is written, and nothing that is there would be.
 *
 * @throws TuttiError `file.unreadable`, `config.invalid` - of a file whose servers are wanted
 */
export function planProject(request: ProjectRequest, around: Surrounding): ProjectPlan {
  const directory = resolve(around.workingDirectory, request.directory ?? ".");
  if (existsSync(directory) && !statSync(directory).isDirectory()) {
    throw new TuttiError("usage", `${directory} is a file: a project is made in a folder`, {});
  }
  const documents = request.from.map((from) => clientDocument(from, directory, around));
  const imported = withoutFaults(importServers(documents, directory), directory, around);
  const { servers, needed, notes } = imported;
  const texts: readonly (readonly [string, string])[] = [
    ["tutti.yaml", configText(servers)],
    ["hello.yaml", workflowText(Object.keys(servers))],
    [CONFIG_SCHEMA_FILE, schemaText(configJsonSchema())],
    [WORKFLOW_SCHEMA_FILE, schemaText(workflowJsonSchema())],
  ];
  const files = texts.map(([path, text]): PlannedFile => ({ path, text, action: isThere(directory, path) ? "keep" : "create" }));
  return {
    directory,
    files: [...files.slice(0, 2), ignoreFile(directory), ...files.slice(2)],
    servers: Object.keys(servers),
    serversText: Object.keys(servers).length === 0 ? "" : serversText(servers),
    variables: needed.map((one) => ({ ...one, isSet: (around.environment[one.name] ?? "") !== "" })),
    notes,
  };
}

function schemaText(schema: JsonObject): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function isThere(directory: string, path: string): boolean {
  const names = path === "tutti.yaml" ? [path, "tutti.yml"] : [path];
  return names.some((name) => hasEntry(join(directory, name)));
}

/** Also what leads nowhere is there. What cannot be looked at is found out about when it is written. */
function hasEntry(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** The data directory is nobody else's business, and is added to what is there already. */
function ignoreFile(directory: string): PlannedFile {
  const path = ".gitignore";
  const file = join(directory, path);
  if (!isThere(directory, path)) return { path, text: ".tutti/\n", action: "create" };
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return { path, text: "", action: "keep" };
  const text = readFileSync(file, "utf8");
  if (/^\/?\.tutti\/?\s*$/m.test(text)) return { path, text: "", action: "keep" };
  return { path, text: text === "" || text.endsWith("\n") ? ".tutti/\n" : "\n.tutti/\n", action: "append" };
}

function placesOf(directory: string, { environment }: Surrounding): readonly ClientFile[] {
  return clientFiles({ platform: process.platform, environment, home: environment["HOME"] ?? homedir(), directory });
}

function clientDocument(from: string, directory: string, around: Surrounding): ClientDocument {
  const known = placesOf(directory, around).filter(({ client }) => client === from);
  const found = known.find(({ file }) => existsSync(file));
  const [wanted] = known;
  if (wanted !== undefined && found === undefined) {
    const places = known.map(({ file }) => relative(around.workingDirectory, file)).join(" and ");
    const message = `no servers of ${CLIENTS[wanted.client]} were found: looked for ${places}`;
    throw new TuttiError("file.unreadable", message, { file: wanted.file });
  }
  const file = found?.file ?? resolve(around.workingDirectory, from);
  const { value, problems } = readConfigDocument(readSource(file, from), relative(around.workingDirectory, file));
  if (value === undefined || problems.length > 0) throw new TuttiError("config.invalid", `${file} is not valid`, { problems });
  if (Object.keys(entriesOf(value)).length === 0) {
    const message = `there are no servers in ${file}: they stand below "mcpServers" or "servers"`;
    throw new TuttiError("file.unreadable", message, { file });
  }
  const folder = found === undefined ? folderOf(file) : found.folder;
  return { value, ...(folder === undefined ? {} : { folder }) };
}

function readSource(file: string, from: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const known = Object.keys(CLIENTS).join(", ");
    const message = `cannot read ${from}: ${(cause as Error).message} (--from takes a file, or one of ${known})`;
    throw new TuttiError("file.unreadable", message, { file }, { cause });
  }
}

/** A file of a program belongs to the folder around the program's own one. */
function folderOf(file: string): string | undefined {
  if (file.endsWith("claude_desktop_config.json")) return undefined;
  const own = dirname(file);
  return /[/\\]\.(vscode|cursor)$/.test(own) ? dirname(own) : own;
}

/** Servers with which no configuration would be valid are switched off, so that the others can be used. */
function withoutFaults(imported: ImportedServers, directory: string, around: Surrounding): ImportedServers {
  const variables = Object.fromEntries(imported.needed.map(({ name }) => [name, "x"]));
  const surroundings = fileSurroundings(join(directory, "tutti.yaml"), { ...around.environment, ...variables });
  const notes = [...imported.notes];
  const servers = Object.entries(imported.servers).map(([name, entry]): readonly [string, JsonObject] => {
    const findings = noFindings();
    const root = { path: [], findings };
    const read = serverEntry.read(entry, root);
    if (read !== undefined) serverConfig(name, read, root, surroundings);
    const [fault] = findings.errors;
    if (fault === undefined || entry["disabled"] === true) return [name, entry];
    notes.push(`${quoted(name)} was switched off: ${fault.message}`);
    return [name, { ...entry, disabled: true }];
  });
  return { ...imported, servers: Object.fromEntries(servers), notes };
}
