import { expect, test } from "vitest";
import { httpWords } from "./http-words.ts";

test.each([
  ['{"jsonrpc":"2.0","error":{"code":-32000,"message":"no session"},"id":null}', "Bad Request", "no session"],
  ['{"error":"quota exceeded"}', "Too Many Requests", "quota exceeded"],
  ['{"message":"Internal server error"}', "", "Internal server error"],
  ["slow down\n", "Too Many Requests", "slow down"],
  ["<html>...</html>", "Bad Gateway", "Bad Gateway"],
  ["", "Bad Gateway", "Bad Gateway"],
  [undefined, undefined, ""],
])("%j with %j says %j", (body, statusText, words) => {
  expect(httpWords(body, statusText)).toBe(words);
});
