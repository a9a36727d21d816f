import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatWorkflowText } from "../../src/definition/format-workflow-text.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";
import { printWorkflow, workflowToDocument } from "../../src/definition/print-workflow.ts";
import { anyWorkflow } from "../support/any-workflow.ts";

test("a workflow that is printed and read again is the same workflow, and is printed in the same way again", () => {
  fc.assert(
    fc.property(anyWorkflow(), (workflow) => {
      const printed = printWorkflow(workflow);
      const again = parseWorkflow(printed, "printed.yaml");
      expect(again.problems.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(isDeepStrictEqual(again.workflow, workflow)).toBe(true);
      expect(again.workflow && printWorkflow(again.workflow)).toBe(printed);
    }),
  );
});

test("the JSON form of a workflow reads as the same workflow", () => {
  fc.assert(
    fc.property(anyWorkflow(), (workflow) => {
      expect(isDeepStrictEqual(parseWorkflow(JSON.stringify(workflowToDocument(workflow)), "printed.json").workflow, workflow)).toBe(true);
    }),
  );
});

test("formatting keeps the workflow, and formatting twice changes nothing more", () => {
  fc.assert(
    fc.property(anyWorkflow(), (workflow) => {
      const once = formatWorkflowText(printWorkflow(workflow), "printed.yaml").text;
      expect(isDeepStrictEqual(parseWorkflow(once, "printed.yaml").workflow, workflow)).toBe(true);
      expect(formatWorkflowText(once, "printed.yaml").text).toBe(once);
    }),
  );
});
