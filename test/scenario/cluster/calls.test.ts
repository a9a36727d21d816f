import { expect, test } from "vitest";
import { UNWATCHED } from "../../../src/ports/tool-caller.ts";
import { openTestCluster, startAgent, untilMachine, wireCall } from "../../support/cluster-rig.ts";

const NEVER = new AbortController().signal;

test("a call to a machine is carried out there, and its result comes back", async () => {
  await using cluster = await openTestCluster();
  await using _agent = startAgent(cluster.url, {
    carryOut: async (task, gate) => {
      await gate.sending();
      return { kind: "succeeded", output: { heard: task.arguments } };
    },
  });
  await untilMachine(cluster, "gpu-1", "online");
  expect(await cluster.machines.call("gpu-1", wireCall(), UNWATCHED, NEVER)).toEqual({
    kind: "succeeded",
    output: { heard: { word: "hello" } },
  });
  expect(cluster.machines.list().map(({ machineId, status }) => [machineId, status])).toEqual([
    ["local", "online"],
    ["gpu-1", "online"],
  ]);
  expect(cluster.machines.services("gpu-1").map(({ name }) => name)).toEqual(["s"]);
});
