import { currentContext, runWithoutContext } from "../context/ambient-context.ts";
import type { Connections, Servers } from "../ports/connections.ts";

/**
 * The same connections, begun in no context: they are shared, and what a server says at any later time must not be
 * heard in the context of whoever happened to be the first to need it.
 */
export function outsideContext(connections: Connections): Connections {
  return {
    ...askedOutsideContext(connections),
    // A spread would look at it once and for all.
    get names() {
      return connections.names;
    },
    call: (request, observer, signal) => outside(() => connections.call(request, observer, signal)),
    add: (config) => connections.add(config),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

/** The same for what is only asked. */
export function askedOutsideContext(servers: Servers): Servers {
  return {
    get names() {
      return servers.names;
    },
    tools: (server, signal) => outside(() => servers.tools(server, signal)),
    check: (server, signal) => outside(() => servers.check(server, signal)),
    facts: (server, signal) => outside(() => servers.facts(server, signal)),
    onToolsChanged: (listener) => servers.onToolsChanged(listener),
  };
}

function outside<T>(work: () => T): T {
  return currentContext() === undefined ? work() : runWithoutContext(work);
}
