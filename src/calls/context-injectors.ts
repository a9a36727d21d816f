import { TuttiError } from "../model/errors.ts";
import type { InjectorConfig, ServerConfig } from "../model/server.ts";
import type { Connections } from "../ports/connections.ts";
import type { CallOnItsWay } from "./call-stage.ts";
import type { ContextInjector } from "./context-injector.ts";
import { defaultContextInjector } from "./default-injector.ts";
import { emailContextInjector } from "./email-injector.ts";

/** The injectors of servers, which may be changed at any time; a call uses those that are there when it passes. */
export interface ContextInjectors {
  /** Sets the injector of a server, in place of the one that it has. */
  register(server: string, injector: ContextInjector): void;

  /** Takes away the injector of a server, also the default one: until another is registered, no call passes. */
  remove(server: string): void;

  /** Lets the default injector work for a server that has none. */
  installDefault(server: string): void;

  has(server: string): boolean;

  /**
   * Who has to change the arguments of a call: the injector of its server if it supports the tool, else the default
   * one if the server wants context there; undefined when nobody has. A promise only where tools have to be looked at.
   *
   * @throws TuttiError `access.denied` - its injector was taken away; `server.unavailable`
   */
  find(call: CallOnItsWay): ContextInjector | undefined | Promise<ContextInjector | undefined>;
}

/** What is said when a server has none at all. */
export const NO_INJECTOR = "No context injector found";

/** The injectors that the configuration of the servers asks for. */
export function contextInjectors(servers: ReadonlyMap<string, ServerConfig>, connections: Pick<Connections, "tools">): ContextInjectors {
  const injectors = new Map<string, ContextInjector>();
  for (const { name, injector } of servers.values()) if (injector !== undefined) injectors.set(name, injectorOf(injector));
  const without = new Set<string>();
  return {
    register(server, injector) {
      injectors.set(server, injector);
      without.delete(server);
    },
    remove(server) {
      injectors.delete(server);
      without.add(server);
    },
    installDefault: (server) => void without.delete(server),
    has: (server) => !without.has(server),
    find({ request: { server, tool }, signal }) {
      if (without.has(server)) throw new TuttiError("access.denied", NO_INJECTOR, { missing: [] });
      const own = injectors.get(server);
      if (own?.supportsTool(tool) === true) return own;
      const config = servers.get(server);
      if (config?.context !== "arguments") return undefined;
      return findDefault(config, tool, signal);
    },
  };

  async function findDefault(
    { name: server, trusted = false }: ServerConfig,
    tool: string,
    signal: AbortSignal,
  ): Promise<ContextInjector | undefined> {
    const known = (await connections.tools(server, signal)).find(({ name }) => name === tool);
    return known && defaultContextInjector({ trusted, inputSchema: known.inputSchema });
  }
}

function injectorOf(config: InjectorConfig): ContextInjector {
  switch (config.kind) {
    case "email":
      return emailContextInjector(config);
    case "database":
      return { supportsTool: () => true, injectContext: () => Promise.reject(new Error("SQL cannot be confined to a tenant yet")) };
  }
}
