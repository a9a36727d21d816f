import { expect, test } from "vitest";
import { FakeMachines } from "../../test/support/fake-machines.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { ServerConfig } from "../model/server.ts";
import { connectionName, replicasOf } from "../model/replica.ts";
import { followMachines } from "./follow-machines.ts";

interface World extends Disposable {
  readonly machines: FakeMachines;
  readonly servers: Map<string, ServerConfig>;
  /** What the monitor of health was told. */
  readonly told: string[];
  /** The connections of a server. */
  connections(name: string): readonly string[] | undefined;
}

function follow(more: { readonly mayLeave?: boolean } = {}): World {
  const machines = new FakeMachines();
  const servers = new Map([["here", serverConfig("here")]]);
  const told: string[] = [];
  const health = { checked: (connection: string, { kind }: { readonly kind: string }) => void told.push(`${connection} ${kind}`) };
  const following = followMachines({ machines, servers, health, encrypted: true, mayLeave: true, ...more });
  return {
    machines,
    servers,
    told,
    connections: (name) => {
      const server = servers.get(name);
      return server && replicasOf(server).map((replica) => connectionName(server, replica));
    },
    [Symbol.dispose]: () => following[Symbol.dispose](),
  };
}

test("servers of machines come and go with them, and those of this machine stay what they are", () => {
  using world = follow();
  world.machines.join("a", { here: [], there: [] });
  world.machines.join("b", { there: [] });
  expect([world.connections("here"), world.connections("there")]).toEqual([
    ["here", "here@a"],
    ["there@a", "there@b"],
  ]);
  world.machines.lose("a");
  expect([world.connections("here"), world.connections("there")]).toEqual([["here"], ["there@b"]]);
  expect(world.told).toEqual(["here@a answered", "there@a answered", "there@b answered", "here@a failed", "there@a failed"]);
});

test("a server that only machines have stays known when the last of them has gone", () => {
  using world = follow();
  world.machines.join("a", { there: [] });
  world.machines.lose("a");
  expect(world.connections("there")).toEqual([]);
  world.machines.join("b", { there: [] });
  expect(world.connections("there")).toEqual(["there@b"]);
});

test("a machine that says the same again changes nothing, so that nobody looks at everything anew", () => {
  using world = follow();
  world.machines.join("a", { there: [] });
  const before = world.servers.get("there");
  world.machines.join("a", { there: [] }, { usage: { cpu: 0.9 }, tasks: 4 });
  expect(world.servers.get("there")).toBe(before);
});

test("a busy machine comes after others, and one that rests is not there", () => {
  using world = follow();
  world.machines.join("a", { there: [] }, { status: "busy" });
  world.machines.join("b", { there: [] }, { status: "maintenance" });
  expect(world.servers.get("there")?.machines).toMatchObject([{ name: "@a", tier: 2 }]);
});

test("where everything must be encrypted, calls to a server of this machine do not leave it", () => {
  using world = follow({ mayLeave: false });
  world.machines.join("a", { here: [], there: [] });
  expect([world.connections("here"), world.connections("there")]).toEqual([["here"], ["there@a"]]);
});
