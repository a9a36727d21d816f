import { systemClock } from "../src/base/clock.ts";
import { callGuards } from "../src/calls/call-guards.ts";
import { createToolCaller } from "../src/calls/call-path.ts";
import { rememberSecrets } from "../src/calls/remember-secrets.ts";
import { openConnections } from "../src/mcp-client/open-connections.ts";
import { bareCalls, ECHO_SERVER, echoRequest, GATE, p50OfCalls } from "./echo-calls.ts";
import { compare, type Figure } from "./figure.ts";

const ROUNDS = 15;

/**
 * The time of one call to a server over stdio that answers at once, through the whole path from the engine to the wire and back, with
 * a `read` effect and for nobody in particular. The floor is the bare call.
 */
export async function measureOneCall(): Promise<readonly Figure[]> {
  const connection = { kind: "stdio", command: process.execPath, args: [ECHO_SERVER], env: {} } as const;
  await using connections = openConnections({
    servers: [{ name: "echo", connection, honoursIdempotencyKey: false, effects: {}, requires: {} }],
    clock: systemClock,
    elicitor: { ask: () => Promise.resolve(undefined) },
    log: { write: () => undefined },
    clientVersion: "0.0.0",
  });
  const servers = new Map();
  const caller = createToolCaller({
    connections,
    servers,
    secrets: rememberSecrets({ get: () => Promise.resolve(undefined) }),
    clock: systemClock,
    guards: callGuards({ servers, clock: systemClock }),
  });
  const { signal } = new AbortController();
  await using bare = await bareCalls();
  const figure = await compare({
    name: "one-call",
    unit: "us",
    rounds: ROUNDS,
    value: () => p50OfCalls((index) => caller.call(echoRequest(index), GATE, signal)),
    floor: () => p50OfCalls(() => bare.call()),
  });
  return [figure];
}
