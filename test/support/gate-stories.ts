import type { CheckRegistry } from "../../src/model/check.ts";
import type { StoryKind } from "./stories.ts";
import { failed, succeeded } from "./world.ts";

/** Checks that are tools of the test world: one that passes, one that refuses, one that answers that it is not right. */
export const GATE_CHECKS: CheckRegistry = {
  checks: {
    "startup-validation": { kind: "tool", server: "w", tool: "check_green", arguments: { suite: "startup" } },
    "unit-tests": { kind: "tool", server: "w", tool: "check_green", arguments: { suite: "unit" } },
    "integration-tests": { kind: "tool", server: "w", tool: "check_red", arguments: {} },
  },
  handlers: { development: { server: "w", tool: "pay" } },
};

const COMMON: Pick<StoryKind, "registry" | "behaviours"> = {
  registry: GATE_CHECKS,
  behaviours: {
    check_green: () => ({ outcome: succeeded({ valid: true }) }),
    check_red: () => ({ outcome: succeeded({ valid: false, reason: "three of nine are red" }) }),
    check_broken: () => ({ outcome: failed("tool_error", "no such suite") }),
  },
};

const UNDO = 'compensate: { tool: w.undo_pay, with: { id: "${{ steps.a.output.id }}" } }';

/** Workflows whose steps are held back before and after they run. */
export const GATE_STORIES: readonly StoryKind[] = [
  {
    ...COMMON,
    name: "a step with both gates, and one that reads it",
    workflow: `
id: gated
steps:
  - { id: a, enforcement: code-review, validation: manual-review, tool: w.pay, with: { n: 1 } }
  - { id: b, enforcement: startup-validation, validation: unit-tests, tool: w.set, with: { of: "\${{ steps.a.output.id }}" } }
  - { id: c, type: development, validation: unit-tests, needs: [b], parameters: { n: 2 } }
output: { b: "\${{ steps.b.output.of }}", c: "\${{ steps.c.output.id }}" }`,
    ends: "completed",
  },
  {
    ...COMMON,
    name: "a result that is refused, and compensation of what gave it",
    workflow: `
id: refused
steps:
  - { id: a, enforcement: unit-tests, validation: integration-tests, tool: w.pay, with: { n: 1 }, ${UNDO} }
  - { id: b, needs: [a], tool: w.pay, with: { n: 2 } }
  - { id: note, if: "\${{ failed('a') }}", tool: w.set, with: { why: "\${{ steps.a.error.message }}" } }
finally:
  - { id: last, enforcement: unit-tests, validation: manual-review, tool: w.set, with: { status: "\${{ steps.a.status }}" } }`,
    ends: "failed_with_rollback",
  },
  {
    ...COMMON,
    name: "items that are accepted together, and a condition that is not met",
    workflow: `
id: items
error_policy: allow_partial
steps:
  - { id: a, for_each: [1, 2, 3], enforcement: code-review, validation: unit-tests, tool: w.pay, with: { n: "\${{ item }}" } }
  - { id: never, if: "\${{ size(steps.a.output) > 9 }}", enforcement: code-review, validation: manual-review, tool: w.pay, with: {} }
  - { id: b, validation: integration-tests, tool: w.set, with: { count: "\${{ size(steps.a.output) }}" } }
  - { id: c, needs: [b], tool: w.pay, with: {} }
output: { a: "\${{ size(steps.a.output) }}", b: "\${{ steps.b.output }}" }`,
    ends: "partial_success",
  },
];
