import { expect, test } from "vitest";
import { withoutEmpty } from "./without-empty.ts";

test("what programs fill in with nothing is left out, and what is a value stays", () => {
  const document = {
    workflow_id: "w",
    name: "",
    description: null,
    output: null,
    metadata: { left: null, empty: "" },
    steps: [{ id: "a", dependencies: null, target_machines: null, value: null, parameters: { x: null, y: "" } }, "no step"],
    finally: [{ id: "b", name: "", value: "" }],
  };
  expect(withoutEmpty(document)).toEqual({
    workflow_id: "w",
    output: null,
    metadata: { left: null, empty: "" },
    steps: [{ id: "a", value: null, parameters: { x: null, y: "" } }, "no step"],
    finally: [{ id: "b", value: "" }],
  });
});

test("what must be there stays missing", () => {
  expect(withoutEmpty({ workflow_id: null, steps: null })).toEqual({});
});
