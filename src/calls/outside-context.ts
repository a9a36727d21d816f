import { runWithoutContext } from "../context/ambient-context.ts";
import type { Connections } from "../ports/connections.ts";

/**
 * The same connections, begun in no context: they are shared, and what a server says at any later time must not be
 * heard in the context of whoever happened to be the first to need it.
 */
export function outsideContext(connections: Connections): Connections {
  return {
    names: connections.names,
    tools: async (server, signal) => await runWithoutContext(() => connections.tools(server, signal)),
    call: async (request, observer, signal) => await runWithoutContext(() => connections.call(request, observer, signal)),
    check: async (server, signal) => await runWithoutContext(() => connections.check(server, signal)),
    facts: async (server, signal) => await runWithoutContext(() => connections.facts(server, signal)),
    onToolsChanged: (listener) => connections.onToolsChanged(listener),
    [Symbol.asyncDispose]: async () => await connections[Symbol.asyncDispose](),
  };
}
