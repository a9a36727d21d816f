import { expect, test } from "vitest";
import { workflowOf } from "../../test/support/plan-steps.ts";
import { usedServers } from "./used-servers.ts";

test("every server that is called anywhere is used, also by children that run each other", () => {
  const workflow = workflowOf(`
id: test
steps:
  - id: a
    tool: z.call
    verify: { tool: probe.find, happened: "\${{ output.ok }}" }
    compensate: { tool: undo.cancel }
    fallback: { tool: other.call }
  - { id: b, tool: z.again }
  - { id: c, workflow: child }
  - { id: d, workflow: unknown }
finally:
  - { id: e, tool: audit.record }
`);
  const child = workflowOf("id: child\nsteps: [{ id: a, tool: inner.call }, { id: b, workflow: child }, { id: c, value: 1 }]");
  expect(usedServers(workflow, { child })).toEqual(["audit", "inner", "other", "probe", "undo", "z"]);
  expect(usedServers(workflow)).toEqual(["audit", "other", "probe", "undo", "z"]);
});
