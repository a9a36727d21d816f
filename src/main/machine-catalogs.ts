import { LOCAL_MACHINE } from "../model/machine.ts";
import type { ReplicaConfig, ServerConfig } from "../model/server.ts";
import type { ServerCatalog, Tool } from "../model/tool.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { Machines } from "../ports/machines.ts";

export interface MachineCatalogsPorts {
  readonly registry: CatalogSource;
  /** By name, with the machines that have them now. */
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** Undefined when nobody knows them. */
  readonly machines: Machines | "none" | undefined;
}

/** What planning knows of servers, and of the other machines that have them. */
export function machineCatalogs({ registry, servers, machines }: MachineCatalogsPorts): Pick<CatalogSource, "catalog" | "machines"> {
  if (machines === undefined || machines === "none") {
    const catalog: CatalogSource["catalog"] = async (names, signal) => await registry.catalog(names, signal);
    return machines === undefined ? { catalog } : { catalog, machines: () => [] };
  }
  return {
    machines: () => machines.list().filter(({ machineId }) => machineId !== LOCAL_MACHINE),
    async catalog(names, signal) {
      // Nobody can be asked what it has, of a server that is nowhere now.
      const nowhere = names.filter((name) => isNowhere(servers.get(name)));
      const catalog = await registry.catalog(
        names.filter((name) => !nowhere.includes(name)),
        signal,
      );
      const told = Object.entries(catalog).map(([name, server]): readonly [string, ServerCatalog] => {
        if (nowhere.includes(name)) return [name, { ...server, away: true }];
        return [name, names.includes(name) ? withMachines(server, servers.get(name), machines) : server];
      });
      return Object.fromEntries(told);
    },
  };
}

function isNowhere(server: ServerConfig | undefined): boolean {
  return server?.connection.kind === "machine" && (server.machines ?? []).length === 0;
}

/** A tool that is here is as it is here; those that are elsewhere only come on top. */
function withMachines(server: ServerCatalog, config: ServerConfig | undefined, machines: Machines): ServerCatalog {
  const elsewhere = (config?.machines ?? []).map((replica) => {
    const machine = machineIdOf(replica);
    return { machine, tools: machines.services(machine).find(({ name }) => name === server.name)?.tools ?? [] };
  });
  if (elsewhere.length === 0) return server;
  const isHere = config?.connection.kind !== "machine";
  const tools = new Map<string, Tool>(server.tools.map((tool) => [tool.name, tool]));
  for (const tool of elsewhere.flatMap((each) => each.tools)) if (!tools.has(tool.name)) tools.set(tool.name, tool);
  const places = elsewhere.map(({ machine, tools: there }) => [machine, there.map(({ name }) => name)] as const);
  const here = isHere ? [[LOCAL_MACHINE, server.tools.map(({ name }) => name)] as const] : [];
  return { ...server, tools: [...tools.values()], machines: Object.fromEntries([...here, ...places]) };
}

function machineIdOf({ connection }: ReplicaConfig): string {
  return connection.kind === "machine" ? connection.machine : LOCAL_MACHINE;
}
