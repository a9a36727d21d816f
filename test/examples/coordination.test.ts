import { expect, test } from "vitest";
import { type Environment, runCommand } from "../support/built-command.ts";
import { freshClone } from "../support/fresh-clone.ts";

interface Step {
  readonly id: string;
  readonly status: string;
  readonly needs: readonly string[];
  readonly attempts: number;
  readonly started_at: string;
  readonly completed_at: string;
}

interface Result {
  readonly outcome: string;
  readonly output: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
}

const FILES = ["--config", "examples/coordination/mcp.json", "--data-dir", "examples/coordination/out/journal", "--json"];

async function run(clone: string, file: string, environment: Environment = {}, ...inputs: readonly string[]): Promise<Result> {
  const asked = inputs.flatMap((input) => ["-p", input]);
  const { stdout } = await runCommand(["run", `examples/coordination/${file}.yaml`, ...asked, ...FILES], clone, environment);
  expect(stdout).toMatch(/^\{/);
  return JSON.parse(stdout) as Result;
}

function stepOf({ steps }: Result, id: string): Step {
  const step = steps.find((one) => one.id === id);
  if (step === undefined) throw new Error(`there is no step "${id}"`);
  return step;
}

test("a pipeline hands on what each step gives, and what it has kept is what a failed search falls back to", async () => {
  using clone = freshClone();
  const pipeline = await run(clone.path, "1-pipeline");
  expect(pipeline).toMatchObject({ outcome: "completed", output: { article: 1 } });
  const order = ["news", "article", "stored", "tracked"].map((id) => stepOf(pipeline, id));
  for (const [place, step] of order.slice(1).entries()) expect(step.started_at >= (order[place]?.completed_at ?? "")).toBe(true);
  expect(pipeline.output["words"]).toBeGreaterThan(100);

  const recovery = await run(clone.path, "4-recovery");
  expect(recovery).toMatchObject({ outcome: "completed", output: { recovered: true } });
  expect(stepOf(recovery, "news").attempts).toBe(3);
  const feeds = { WIRE_FEEDS: "../content-pipeline/feeds/circuit-weekly.xml" };
  const again = await run(clone.path, "4-recovery", feeds);
  expect(again).toMatchObject({ outcome: "completed", output: { recovered: false, titles: recovery.output["titles"] } });
  expect(await run(clone.path, "4-recovery", {}, "query=unicorns")).toMatchObject({ outcome: "failed" });
});

test("three servers are asked without waiting for one another, and one step waits for all of them", async () => {
  using clone = freshClone();
  const result = await run(clone.path, "2-fan-out");
  expect(result).toMatchObject({ outcome: "completed", output: { own: 0 } });
  expect(result.output["trending"]).toBeGreaterThan(0);
  expect(result.output["overview"]).toContain("## Visitors");
  const asked = ["trending", "trends", "popular"];
  for (const id of asked) expect(stepOf(result, id).needs).toEqual([]);
  expect(stepOf(result, "overview").needs.toSorted()).toEqual(asked.toSorted());
  for (const id of asked) expect(stepOf(result, "overview").started_at >= stepOf(result, id).completed_at).toBe(true);
});

test.each([
  ["interest:technology", "advanced-technical-post", "advanced", "friendly"],
  ["interest:gardening", "beginner-friendly-post", "friendly", "advanced"],
])("for %s it is the %s", async (audience, template, chosen, other) => {
  using clone = freshClone();
  const result = await run(clone.path, "3-decision", {}, `audience=${audience}`);
  expect(result).toMatchObject({ outcome: "completed", output: { template } });
  expect(stepOf(result, chosen).status).toBe("completed");
  expect(stepOf(result, other).status).toBe("skipped");
});
