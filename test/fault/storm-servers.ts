/** A server of the storm. Each has two replicas, which share its ledger. */
export interface StormServer {
  readonly name: string;
  readonly transport: "stdio" | "http" | "http-sessions" | "http-events" | "websocket";
  /** It does nothing twice for calls with the same idempotency key. The others do what they are asked, as often as they are asked. */
  readonly honoursKey: boolean;
}

export const STORM_SERVERS: readonly StormServer[] = [
  { name: "stdio1", transport: "stdio", honoursKey: true },
  { name: "stdio2", transport: "stdio", honoursKey: false },
  { name: "stdio3", transport: "stdio", honoursKey: false },
  { name: "http1", transport: "http", honoursKey: true },
  { name: "http2", transport: "http-sessions", honoursKey: false },
  { name: "http3", transport: "http-events", honoursKey: false },
  { name: "ws1", transport: "websocket", honoursKey: true },
  { name: "ws2", transport: "websocket", honoursKey: false },
];

/** What a replica is called in the ledger: `http1#2`. */
export function replicaName(server: StormServer, place: 1 | 2): string {
  return `${server.name}#${place}`;
}
