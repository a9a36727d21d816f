import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Exceeds } from "./utf8-exceeds.ts";

test("the bytes of a text are counted as an encoder makes them, also of half characters", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.string({ unit: fc.constantFrom("\ud83d", "\ude00", "€", "é", "a") }),
      (a, b) => {
        const text = a + b;
        const bytes = new TextEncoder().encode(text).length;
        expect([utf8Exceeds(text, bytes), utf8Exceeds(text, bytes - 1)]).toEqual([false, true]);
      },
    ),
  );
});
