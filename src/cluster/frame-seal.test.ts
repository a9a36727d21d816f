import { expect, test } from "vitest";
import { FrameOpener, FrameSeal } from "./frame-seal.ts";

const KEY = Buffer.alloc(32, 7);

function pair(): { readonly seal: FrameSeal; readonly opener: FrameOpener } {
  return { seal: new FrameSeal(KEY), opener: new FrameOpener(KEY) };
}

test("a sealed frame is the same object with a counter and a MAC at its end, and is opened to what it was", () => {
  const { seal, opener } = pair();
  const first = seal.seal('{"a":"é"}');
  expect(JSON.parse(first)).toEqual({ a: "é", counter: 1, mac: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
  expect(opener.open(first)).toBe('{"a":"é"}');
  expect(opener.open(seal.seal('{"b":2}'))).toBe('{"b":2}');
});

test("frames are opened once, and in the order in which they were sealed", () => {
  const { seal, opener } = pair();
  const [first, second, third] = ['{"n":1}', '{"n":2}', '{"n":3}'].map((text) => seal.seal(text)) as [string, string, string];
  expect(opener.open(second)).toBeUndefined();
  expect(opener.open(first)).toBe('{"n":1}');
  expect(opener.open(first)).toBeUndefined();
  expect(opener.open(third)).toBeUndefined();
  expect(opener.open(second)).toBe('{"n":2}');
});

test("no change of a single character goes unnoticed", () => {
  const sealed = new FrameSeal(KEY).seal('{"amount":100,"to":"ada"}');
  for (let place = 0; place < sealed.length; place += 1) {
    const changed = sealed.slice(0, place) + (sealed.charAt(place) === "1" ? "2" : "1") + sealed.slice(place + 1);
    expect(new FrameOpener(KEY).open(changed)).toBeUndefined();
  }
});

test.each([
  "",
  "{}",
  '{"a":1}',
  '{"a":1,"counter":1}',
  `{"a":1,"counter":1,"mac":"${"A".repeat(43)}"}`,
  `{"a":1,"mac":"${"A".repeat(43)}"}`,
  '"}',
])("what was not sealed is not opened: %j", (text) => {
  expect(new FrameOpener(KEY).open(text)).toBeUndefined();
});

test("a frame that was sealed for the other direction, or for another connection, is not opened", () => {
  expect(new FrameOpener(Buffer.alloc(32, 8)).open(new FrameSeal(KEY).seal('{"a":1}'))).toBeUndefined();
});
