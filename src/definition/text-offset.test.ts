import { expect, test } from "vitest";
import { isMap, isScalar, parseDocument } from "yaml";
import type { Scalar } from "yaml";
import { textOffset } from "./text-offset.ts";

test.each([
  ["a plain text", "a: one two\n"],
  ["a plain text over several lines", "a: one\n  two\n\n\n  three four\n"],
  ["single quotes", "a: 'it''s ok\n   and\n\n   more'\n"],
  ["double quotes", 'a: "x \\u00e9 \\U0001F600 y \\x41 \\n z \\\n    cont \n\n  more"\n'],
  ["a block", "a: |\n  one\n    two\n\n  three\n"],
  ["a block that begins with empty lines", "a: |\n\n\n  one\n  two\n"],
  ["a block with its own indentation", "a: |2\n    one\n   two\n"],
  ["a folded block", "a: >-\n  one\n  two\n\n  three\n    more\n    indented\n  back\n\n\n  end\n"],
  ["lines of Windows", "a: >\r\n  one\r\n  two\r\n\r\n  three\r\n"],
])("every letter of %s is found in the file", (_name, text) => {
  const scalar = scalarOf(text);
  const value = String(scalar.value);
  let found = 0;
  for (const { 0: letter, index } of value.matchAll(/[a-z]/g)) {
    expect({ index, letter: text[textOffset(scalar, text, index) ?? -1] }).toEqual({ index, letter });
    found += 1;
  }
  expect(found).toBeGreaterThan(2);
});

test("a value that the text does not hold is not looked for", () => {
  const scalar = scalarOf("a: 'one'\n");
  scalar.value = "other";
  expect(textOffset(scalar, "a: 'one'\n", 3)).toBeUndefined();
  expect(textOffset(scalar, "a: 'one'\n", 99)).toBeUndefined();
});

function scalarOf(text: string): Scalar {
  const { contents } = parseDocument(text);
  const value = isMap(contents) ? contents.get("a", true) : undefined;
  if (!isScalar(value)) throw new Error("the text has no scalar");
  return value;
}
