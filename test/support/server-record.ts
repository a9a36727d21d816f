import type { ReplicaRecord, ServerRecord } from "../../src/model/server-record.ts";

/** What discovery has found out about a server with one replica that is well, but for what a test says. */
export function serverRecord(more: Partial<ServerRecord> = {}): ServerRecord {
  return {
    serverId: "s",
    tools: [],
    capabilities: { tools: {} },
    health: { status: "healthy", responseMs: 1 },
    limits: { calls: 5, largest: {}, resources: {} },
    replicas: [replicaRecord()],
    ...more,
  };
}

/** A replica that is well, but for what a test says. */
export function replicaRecord(more: Partial<ReplicaRecord> = {}): ReplicaRecord {
  return {
    name: "1",
    connection: "s",
    tier: 1,
    transport: "stdio",
    address: "none",
    status: "healthy",
    answer: { kind: "answered", protocolVersion: "2025-11-25", era: "legacy", toolCount: 1, connectMs: 5, responseMs: 1 },
    ...more,
  };
}
