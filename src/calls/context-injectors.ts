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

  has(server: string): boolean;

  /**
   * Who has to change the arguments of a call: the injector of its server if it supports the tool, else the default
   * one if the server wants context there; undefined when nobody has.
   *
   * @throws TuttiError `server.unavailable`
   */
  find(call: CallOnItsWay): Promise<ContextInjector | undefined>;
}

/** The injectors that the configuration of the servers asks for. */
export function contextInjectors(servers: ReadonlyMap<string, ServerConfig>, connections: Pick<Connections, "tools">): ContextInjectors {
  const injectors = new Map<string, ContextInjector>();
  for (const { name, injector } of servers.values()) if (injector !== undefined) injectors.set(name, injectorOf(injector));
  return {
    register: (server, injector) => void injectors.set(server, injector),
    has: (server) => injectors.has(server),
    async find({ request: { server, tool }, signal }) {
      const own = injectors.get(server);
      if (own?.supportsTool(tool) === true) return own;
      const config = servers.get(server);
      if (config?.context !== "arguments") return undefined;
      const known = (await connections.tools(server, signal)).find(({ name }) => name === tool);
      return known && defaultContextInjector({ trusted: config.trusted === true, inputSchema: known.inputSchema });
    },
  };
}

function injectorOf(config: InjectorConfig): ContextInjector {
  switch (config.kind) {
    case "email":
      return emailContextInjector(config);
    case "database":
      return { supportsTool: () => true, injectContext: () => Promise.reject(new Error("SQL cannot be confined to a tenant yet")) };
  }
}
