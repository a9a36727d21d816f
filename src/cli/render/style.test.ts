import { expect, test } from "vitest";
import { coloured, plain, wantsColour } from "./style.ts";

test.each([
  { isTerminal: true, environment: {}, colours: true },
  { isTerminal: false, environment: {}, colours: false },
  { isTerminal: true, environment: { NO_COLOR: "1" }, colours: false },
  { isTerminal: true, environment: { NO_COLOR: "" }, colours: true },
  { isTerminal: false, environment: { FORCE_COLOR: "1" }, colours: true },
  { isTerminal: true, environment: { FORCE_COLOR: "0" }, colours: false },
  { isTerminal: false, environment: { FORCE_COLOR: "1", NO_COLOR: "1" }, colours: true },
  { isTerminal: true, environment: { TERM: "dumb" }, colours: false },
])("$environment, terminal $isTerminal: colours $colours", ({ isTerminal, environment, colours }) => {
  expect(wantsColour(isTerminal, environment)).toBe(colours);
});

test("plain style has no escape codes", () => {
  expect(plain("text", "bad")).toBe("text");
  expect(coloured("text", "bad")).toBe("\u001b[31mtext\u001b[39m");
  expect(coloured("text", undefined)).toBe("text");
});
