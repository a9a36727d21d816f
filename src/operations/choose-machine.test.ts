import { expect, test } from "vitest";
import { machine } from "../../test/support/fake-machines.ts";
import type { Machine } from "../model/machine.ts";
import type { Resources } from "../model/workflow.ts";
import { chooseMachine } from "./choose-machine.ts";

const idle = machine("idle", { usage: { cpu: 0.1, memory: 0.2 } });
const busy = machine("busy", { status: "busy", usage: {} });
const full = machine("full", { usage: { cpu: 0.1, memory: 0.9 } });
const small = machine("small", { resources: { gpu: 1 }, usage: {} });
const large = machine("large", { resources: { gpu: 8 }, usage: { cpu: 0.5 } });

test.each<[string, readonly Machine[], Resources, string | undefined]>([
  ["the one that is used least", [full, idle], {}, "idle"],
  ["one that is not busy before one that is, however full", [busy, full], {}, "full"],
  ["a busy one where there is no other", [busy], {}, "busy"],
  ["one that has as much as is needed", [small, large], { gpu: 2 }, "large"],
  ["one of which nobody knows a limit", [small, idle], { gpu: 2 }, "idle"],
  ["nobody when none has as much", [small], { gpu: 2 }, undefined],
  ["nobody that is away", [machine("a", { status: "offline" }), machine("b", { status: "maintenance" })], {}, undefined],
  ["fewer tasks for each processor", [machine("a", { tasks: 4, resources: { cpu: 16 } }), machine("b", { tasks: 1 })], {}, "a"],
])("the best machine is %s", (_, machines, resources, name) => {
  expect(chooseMachine(machines, resources)?.machineId).toBe(name);
});
