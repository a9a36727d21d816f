import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { present } from "../../src/base/assert.ts";
import { formatProblem } from "../../src/definition/format-problem.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";
import type { Catalog } from "../../src/model/tool.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { buildPlan } from "../../src/planner/build-plan.ts";

const FOLDER = join(import.meta.dirname, "../scenario/invalid-plan");
const CHILDREN = join(FOLDER, "children");
const CATALOG = JSON.parse(readFileSync(join(FOLDER, "catalog.json"), "utf8")) as Catalog;

/** Right in themselves, but not with these servers. Each has its problems beside it in `NAME.expected`; see workflow-problems. */
const wrongFiles = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

test.each(wrongFiles)("%s gives its problems, each in its place", async (name) => {
  const parsed = parseWorkflow(readFileSync(join(FOLDER, name), "utf8"), name);
  const workflow = present(parsed.workflow, parsed.problems.map(formatProblem).join("\n"));
  const { plan, problems } = buildPlan({ workflow, catalog: CATALOG, workflows: { [workflow.id]: workflow, ...readChildren() } });
  expect(plan).toBeUndefined();
  await expect(`${problems.map((problem) => formatProblem(parsed.locate(problem))).join("\n")}\n`).toMatchFileSnapshot(
    join(FOLDER, `${name}.expected`),
  );
});

function readChildren(): Readonly<Record<string, Workflow>> {
  const children = readdirSync(CHILDREN).map((name) => parseWorkflow(readFileSync(join(CHILDREN, name), "utf8"), name).workflow);
  return Object.fromEntries(children.flatMap((child) => (child === undefined ? [] : [[child.id, child]])));
}
