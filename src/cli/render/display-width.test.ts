import { expect, test } from "vitest";
import { displayWidth, fitWidth, padWidth } from "./display-width.ts";

test.each([
  ["abc", 3],
  ["世界", 4],
  ["é", 1],
  ["e\u0301", 1],
  ["🙂", 2],
  ["✔", 1],
  ["⠙", 1],
  ["", 0],
])("%s takes %i columns", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test.each([
  ["abcdef", 6, "abcdef"],
  ["abcdef", 4, "abc…"],
  ["世界世界", 5, "世界…"],
  ["世界世界", 4, "世…"],
  ["abc", 1, "…"],
  ["abc", 0, ""],
])("%s in %i columns is %j", (text, columns, fitting) => {
  expect(fitWidth(text, columns)).toBe(fitting);
});

test("padding counts columns and not characters", () => {
  expect(padWidth("世", 4)).toBe("世  ");
  expect(padWidth("long", 2)).toBe("long");
});
