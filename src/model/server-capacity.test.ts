import { expect, test } from "vitest";
import type { ServerConfig } from "./server.ts";
import { callsPerReplica, serverCapacity } from "./server-capacity.ts";

const connection = { kind: "http", url: "http://127.0.0.1:1/", headers: {} } as const;
const compute: ServerConfig = {
  name: "compute",
  connection,
  resources: { gpu: 4, cpu: 8 },
  honoursIdempotencyKey: false,
  effects: {},
  requires: {},
};

test("the capacity of a server is that of its replicas together, and a call can occupy what the largest has", () => {
  const replicas = [{ name: "big", connection, tier: 1, resources: { gpu: 8, cpu: 2 } }];
  expect(serverCapacity({ ...compute, replicas })).toEqual({
    calls: 10,
    largest: { gpu: 8, cpu: 8 },
    resources: { gpu: 12, cpu: 10 },
  });
});

test("a resource that one replica does not name has no limit", () => {
  const replicas = [{ name: "other", connection, tier: 1, resources: { cpu: 2 } }];
  expect(serverCapacity({ ...compute, replicas }).largest).toEqual({ cpu: 8 });
});

test("a sequential server takes one call at a time, whatever else it says", () => {
  expect(callsPerReplica({ ...compute, profile: "sequential", maxConcurrentCalls: 7 })).toBe(1);
  expect(callsPerReplica({ ...compute, maxConcurrentCalls: 7 })).toBe(7);
});
