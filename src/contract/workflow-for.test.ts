import { expect, test } from "vitest";
import { workflowFor } from "./workflow-for.ts";

test("an operation is carried out by the workflow that is configured for it", () => {
  expect(workflowFor("pay", { pay: "pay.yaml", ship: "ship.yaml" })).toBe("pay.yaml");
});

test.each([
  ["pays", { pay: "pay.yaml", ship: "ship.yaml" }, 'unknown workflow "pays" - did you mean "pay"?'],
  ["refund", { pay: "pay.yaml", ship: "ship.yaml" }, 'unknown workflow "refund" - configured are the operations pay, ship'],
  ["refund", {}, 'unknown workflow "refund" - no operations are configured'],
  ["constructor", { pay: "pay.yaml" }, 'unknown workflow "constructor" - configured are the operations pay'],
])("%s of %j is refused, with what would be right", (operation, operations, message) => {
  expect(() => workflowFor(operation, operations)).toThrow(
    expect.objectContaining({ code: "operation.unknown", message, details: { operation } }),
  );
});
