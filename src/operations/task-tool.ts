import type { TaskDefinition } from "../contract/distribute-task.ts";
import { TuttiError } from "../model/errors.ts";
import { nearest } from "../base/nearest.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import { serverNotFound } from "../model/server-not-found.ts";
import type { ServerCatalog, Tool } from "../model/tool.ts";
import type { CatalogSource } from "../ports/catalog.ts";

/** Tools by the type of task, as the configuration has them. */
export type TaskTypes = Readonly<Record<string, { readonly tool: string }>>;

/** What does a task, and on which machines it is. */
export interface TaskTool {
  /** `server.tool`. */
  readonly name: string;
  readonly tool: Tool;
  /** Names of machines. */
  readonly places: readonly string[];
}

/**
 * Finds the tool that does tasks of a type: the tool of the service that has this name, else the one that the
 * configuration says.
 *
 * @throws TuttiError `server.not-found`, `tool.not-found`, `server.unavailable`, `input.invalid`
 */
export async function taskTool(
  { taskType, serviceName }: Pick<TaskDefinition, "taskType" | "serviceName">,
  { catalogs, taskTypes }: { readonly catalogs: CatalogSource; readonly taskTypes: TaskTypes },
  signal: AbortSignal,
): Promise<TaskTool> {
  const catalog = await catalogs.catalog([serviceName], signal);
  const server = Object.hasOwn(catalog, serviceName) ? catalog[serviceName] : undefined;
  if (server === undefined) throw serverNotFound(serviceName, Object.keys(catalog));
  if (server.faults !== undefined) throw unusable(server.faults);
  if (server.away === true)
    throw new TuttiError("server.unavailable", `no machine that has server "${serviceName}" is online`, { server: serviceName });
  const configured = Object.hasOwn(taskTypes, taskType) ? taskTypes[taskType]?.tool : undefined;
  const name = server.tools.some((tool) => tool.name === taskType) ? taskType : toolOfService(configured, { taskType, serviceName });
  const tool = server.tools.find((each) => each.name === name);
  if (name === undefined || tool === undefined) throw noTool({ taskType, server, taskTypes });
  const places = server.machines ?? { [LOCAL_MACHINE]: server.tools.map((each) => each.name) };
  return { name: `${serviceName}.${name}`, tool, places: Object.keys(places).filter((place) => places[place]?.includes(name)) };
}

function toolOfService(
  configured: string | undefined,
  { taskType, serviceName }: Pick<TaskDefinition, "taskType" | "serviceName">,
): string | undefined {
  if (configured === undefined) return undefined;
  if (configured.startsWith(`${serviceName}.`)) return configured.slice(serviceName.length + 1);
  const message = `tasks of the type "${taskType}" are done by "${configured}", so service_name is "${configured.split(".", 1)[0] ?? ""}", not "${serviceName}"`;
  throw new TuttiError("input.invalid", message, { problems: [message] });
}

function unusable(faults: readonly string[]): TuttiError {
  return new TuttiError("server.insecure", faults.join("; "), { faults });
}

const LISTED_MAX = 20;

function noTool({
  taskType,
  server,
  taskTypes,
}: {
  readonly taskType: string;
  readonly server: ServerCatalog;
  readonly taskTypes: TaskTypes;
}): TuttiError {
  const types = Object.keys(taskTypes).filter((type) => taskTypes[type]?.tool.startsWith(`${server.name}.`) === true);
  const known = [...types, ...server.tools.map(({ name }) => name)];
  const meant = nearest(taskType, known);
  const listed = known
    .slice(0, LISTED_MAX)
    .map((name) => `"${name}"`)
    .join(", ");
  const hint = meant === undefined ? (known.length === 0 ? "it has none" : `there are ${listed}`) : `did you mean "${meant}"?`;
  return new TuttiError("tool.not-found", `server "${server.name}" has no tool for tasks of the type "${taskType}" - ${hint}`, {
    server: server.name,
    tool: taskType,
  });
}
