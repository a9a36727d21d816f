import { currentContext, runWithoutContext } from "../context/ambient-context.ts";
import type { Connections } from "../ports/connections.ts";

/**
 * The same connections, begun in no context: they are shared, and what a server says at any later time must not be
 * heard in the context of whoever happened to be the first to need it.
 */
export function outsideContext(connections: Connections): Connections {
  return {
    get names() {
      return connections.names;
    },
    tools: (server, signal) => outside(() => connections.tools(server, signal)),
    call: (request, observer, signal) => outside(() => connections.call(request, observer, signal)),
    check: (server, signal) => outside(() => connections.check(server, signal)),
    facts: (server, signal) => outside(() => connections.facts(server, signal)),
    add: (config) => connections.add(config),
    onToolsChanged: (listener) => connections.onToolsChanged(listener),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

function outside<T>(work: () => T): T {
  return currentContext() === undefined ? work() : runWithoutContext(work);
}
