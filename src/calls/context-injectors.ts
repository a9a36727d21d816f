import { TuttiError } from "../model/errors.ts";
import type { InjectorConfig, ServerConfig } from "../model/server.ts";
import type { Tool } from "../model/tool.ts";
import type { Servers } from "../ports/connections.ts";
import { admitsObject, declares } from "./admitted-arguments.ts";
import type { CallOnItsWay } from "./call-stage.ts";
import type { ContextInjector } from "./context-injector.ts";
import { databaseContextInjector } from "./database-injector.ts";
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

  /** Whether what reaches the server may depend on who asks, and with it the answer. */
  tellsWhoAsks(server: string): boolean;

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

/** The injectors that the configuration of the servers asks for, until others are registered. */
export function contextInjectors(servers: ReadonlyMap<string, ServerConfig>, about: Pick<Servers, "tools">): ContextInjectors {
  const registered = new Map<string, ContextInjector>();
  const without = new Set<string>();
  return {
    register(server, injector) {
      registered.set(server, injector);
      without.delete(server);
    },
    remove(server) {
      registered.delete(server);
      without.add(server);
    },
    installDefault: (server) => void without.delete(server),
    has: (server) => !without.has(server),
    // Nobody knows what an injector that was registered makes of the claims.
    tellsWhoAsks: (server) => servers.get(server)?.trusted === true || registered.has(server),
    find({ request: { server, tool }, signal }) {
      if (without.has(server)) throw new TuttiError("access.denied", NO_INJECTOR, { missing: [] });
      const own = registered.get(server);
      if (own?.supportsTool(tool) === true) return own;
      const config = servers.get(server);
      if (config === undefined) return undefined;
      const chain = own === undefined ? config : { ...config, injector: undefined };
      return chain.injector === undefined && chain.context !== "arguments" ? undefined : firstFor(chain, tool, signal);
    },
  };

  async function firstFor(config: InjectingServer, name: string, signal: AbortSignal): Promise<ContextInjector | undefined> {
    const tool = (await about.tools(config.name, signal)).find((known) => known.name === name);
    const own = config.injector === undefined ? undefined : configuredInjector(config.injector, config.trusted === true, tool);
    if (own?.supportsTool(name) === true) return own;
    if (config.context !== "arguments" || tool === undefined) return undefined;
    return defaultContextInjector({ trusted: config.trusted === true, inputSchema: tool.inputSchema });
  }
}

type InjectingServer = Pick<ServerConfig, "name" | "context" | "trusted"> & { readonly injector?: InjectorConfig | undefined };

function configuredInjector(config: InjectorConfig, trusted: boolean, tool: Tool | undefined): ContextInjector {
  if (config.kind === "email") return emailContextInjector(config);
  const schema = tool?.inputSchema ?? {};
  return databaseContextInjector(config, {
    tenantArgument: declares(schema, "tenant_id"),
    securityContext: trusted && admitsObject(schema, "_security_context") && tool !== undefined,
  });
}
