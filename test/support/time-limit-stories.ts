import type { StoryKind } from "./stories.ts";
import { type Behaviour, lost, succeeded } from "./world.ts";

/** Acts at once and answers much too late. */
const late: Behaviour = (call) => ({ outcome: succeeded({ id: call.key }), delayMs: 600_000 });

/** Cannot be reached. */
const gone: Behaviour = () => ({ outcome: lost() });

const SET = `{ id: a, tool: w.set, with: { n: 1 }, compensate: { tool: w.undo_set, with: { n: "\${{ output.n }}" } } }`;

/** Workflows with steps whose `max_duration` comes to its end, while they do whatever a step can do. */
export const TIME_LIMIT_STORIES: readonly StoryKind[] = [
  {
    name: "a read that takes longer than its step may",
    workflow: `
id: slow-read
steps:
  - ${SET}
  - { id: b, needs: [a], tool: w.read_late, with: {}, timeout: 1h, max_duration: 5s }`,
    behaviours: { read_late: late },
    ends: "failed_with_rollback",
  },
  {
    name: "a call that acts once and takes longer than its step may, with a probe that finds what it did",
    workflow: `
id: slow-payment
steps:
  - id: b
    tool: w.pay
    with: {}
    timeout: 1h
    max_duration: 5s
    verify: { tool: w.find_payment, with: { step: b }, happened: "\${{ output.found }}" }`,
    behaviours: { pay: late },
    ends: "completed",
  },
  {
    name: "a call that acts once and takes longer than its step may, and only a person knows what it did",
    workflow: `
id: slow-transfer
steps:
  - { id: b, tool: w.pay, with: {}, timeout: 1h, max_duration: 5s }`,
    behaviours: { pay: late },
    ends: "completed",
  },
  {
    name: "repetitions that take longer than their step may",
    workflow: `
id: hopeless
error_policy: allow_partial
steps:
  - { id: a, tool: w.read_gone, with: {}, max_duration: 30s, retry: { max_attempts: 100, delay: 8s, max_delay: 8s } }
  - { id: b, tool: w.set_late, with: {}, timeout: 1h, max_duration: 5s, fallback: { tool: w.pay } }
  - { id: c, tool: w.set_late, with: {}, timeout: 1h, max_duration: 5s, fallback: { value: 7 } }
output: { c: "\${{ steps.c.output }}" }`,
    behaviours: { read_gone: gone, set_late: late },
    ends: "partial_success",
  },
  {
    name: "a list that takes longer than its step may",
    workflow: `
id: long-list
error_policy: allow_partial
steps:
  - { id: a, for_each: [1, 2, 3, 4, 5, 6], max_parallel: 2, tool: w.read_late, with: {}, timeout: 1h, max_duration: 5s }
  - { id: b, tool: w.read, with: {} }`,
    behaviours: { read_late: late },
    ends: "partial_success",
  },
  {
    name: "a wait and an approval that take longer than their steps may",
    workflow: `
id: waiting
error_policy: allow_partial
steps:
  - { id: a, sleep: 1h, max_duration: 5s }
  - { id: b, approval: { message: "Go?" }, max_duration: 5s }
  - { id: c, sleep: 5s, max_duration: 1h }`,
    ends: "partial_success",
  },
  {
    name: "a child that takes longer than its step may",
    workflow: `
id: patient
steps:
  - { id: k, workflow: kid, max_duration: 5s }`,
    children: [`{ id: kid, steps: [${SET}, { id: s, needs: [a], sleep: 1h }] }`],
    ends: "failed",
  },
];
