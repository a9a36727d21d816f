import { expect, test } from "vitest";
import { catalogOf } from "../../test/support/catalog-of.ts";
import { present } from "../base/assert.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { parseWorkflow } from "../definition/parse-workflow.ts";
import { buildPlan } from "./build-plan.ts";

const FAULT = 'server "vault" must be encrypted';

/** The first lines of what is wrong with a workflow that uses these servers. */
function problemsOf(text: string, faults: readonly string[]): readonly string[] {
  const parsed = parseWorkflow(text, "w.yaml");
  const catalog = catalogOf({ vault: { tools: { open: {} }, faults }, mail: { tools: { send: {} } } });
  const { plan, problems } = buildPlan({ workflow: present(parsed.workflow, "it is right"), catalog });
  expect(plan).toBeUndefined();
  return problems.map((problem) => formatProblem(parsed.locate(problem)).split("\n")[0] ?? "");
}

test("every use of a server that is not what is demanded is a mistake, at its tool, and none of the others hides", () => {
  const text = `
id: w
steps:
  - id: take
    tool: vault.open
    compensate: { tool: vault.close }
  - id: tell
    tool: mail.send
    verify: { tool: vault.open, happened: "\${{ output.ok }}" }
  - id: other
    tool: mail.sned
`;
  expect(problemsOf(text, [FAULT, "it is not audited"])).toEqual([
    `w.yaml:5:11: ${FAULT}; it is not audited`,
    `w.yaml:6:25: ${FAULT}; it is not audited`,
    `w.yaml:9:21: ${FAULT}; it is not audited`,
    'w.yaml:11:11: unknown tool "mail.sned" - did you mean "mail.send"?',
  ]);
});
