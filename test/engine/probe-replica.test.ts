import { expect, test } from "vitest";
import type { CallOutcome } from "../../src/model/call.ts";
import { live } from "../support/lives.ts";
import { tell } from "../support/stories.ts";
import { lost, succeeded, type WorldCall } from "../support/world.ts";

/** The replica that had the call may be stopped, and find the call in its queue when it goes on. */
const WITH_PROBE = `{ id: w, steps: [{ id: pay, tool: w.pay, with: {}, verify: { tool: w.find, with: {}, happened: "\${{ output.found }}" } }] }`;

async function callsAfter(unanswered: CallOutcome): Promise<readonly Pick<WorldCall, "tool" | "replica">[]> {
  let probes = 0;
  const { person: _nobody, ...story } = tell({
    name: "",
    ends: "completed",
    workflow: WITH_PROBE,
    behaviours: {
      pay: () => ({ outcome: unanswered }),
      find() {
        probes += 1;
        return { outcome: probes === 1 ? lost() : succeeded({ found: true }) };
      },
    },
    children: [],
  });
  await live(story);
  return story.world.calls.map(({ tool, replica }) => ({ tool, replica }));
}

test("a probe asks the replica that had the call, with each of its attempts", async () => {
  const unanswered: CallOutcome = {
    kind: "unknown",
    error: { kind: "timeout", message: "no answer", server: "w", tool: "pay", replica: "b" },
  };
  expect(await callsAfter(unanswered)).toEqual([
    { tool: "pay", replica: undefined },
    { tool: "find", replica: "b" },
    { tool: "find", replica: "b" },
  ]);
});

test("a probe at another server, or of one without replicas, asks nobody in particular", async () => {
  const elsewhere: CallOutcome = { kind: "unknown", error: { kind: "timeout", message: "no answer", server: "other", replica: "b" } };
  for (const unanswered of [elsewhere, lost()]) {
    const [, probe] = await callsAfter(unanswered);
    expect(probe).toEqual({ tool: "find", replica: undefined });
  }
});
