import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { parseSealedHeader, printSealedHeader, readSealedHeader, type SealedHeader } from "./sealed-header.ts";

const HEADER: SealedHeader = {
  algorithm: "AES-256-GCM",
  keyId: "key-1",
  nonce: "AAECAwQFBgcICQoL",
  tenant: "acme",
  path: "/models/x.onnx",
};

const LINE = '{"algorithm":"AES-256-GCM","key_id":"key-1","nonce":"AAECAwQFBgcICQoL","tenant":"acme","path":"/models/x.onnx"}';

test("a header is two lines, and reads as it was written", () => {
  expect(printSealedHeader(HEADER).toString()).toBe(`TUTTI-SEALED-1\n${LINE}\n`);
  for (const path of ["/a", "Ä😀", '"\\', "\u0000\n\u2028", "__proto__", "x".repeat(1_000), "\u0001".repeat(1_000)]) {
    const header = { ...HEADER, path, tenant: path };
    expect(parseSealedHeader(printSealedHeader(header))?.header).toEqual(header);
  }
});

test.each<readonly [string, Partial<SealedHeader>]>([
  ["no path", { path: "" }],
  ["a path without an end", { path: "x".repeat(1_001) }],
  ["half a character", { path: "\ud800" }],
  ["a short nonce", { nonce: "AAECAwQF" }],
  ["a key that is a path", { keyId: "../key" }],
])("a header with %s is not written", (_, part) => {
  expect(() => printSealedHeader({ ...HEADER, ...part })).toThrow(/"code":/);
});

test("a file is sealed when it has a whole header, and room for its tag", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "file");
  writeFileSync(path, printSealedHeader(HEADER));
  appendFileSync(path, Buffer.alloc(15));
  expect(readSealedHeader(path)).toBeUndefined();
  appendFileSync(path, Buffer.alloc(1));
  expect(readSealedHeader(path)).toEqual(HEADER);
  appendFileSync(path, Buffer.alloc(100_000, "\n"));
  expect(readSealedHeader(path)).toEqual(HEADER);
});

test.each([
  ["nothing", ""],
  ["something else", "a,b\n1,2\n"],
  ["another version", `TUTTI-SEALED-2\n${LINE}\n`],
  ["no second line", `TUTTI-SEALED-1\n${LINE}`],
  ["a second line without an end", `TUTTI-SEALED-1\n${" ".repeat(20_000)}${LINE}\n`],
  ["no JSON", "TUTTI-SEALED-1\nhello\n"],
  ["a list", "TUTTI-SEALED-1\n[]\n"],
  ["spaces", `TUTTI-SEALED-1\n ${LINE}\n`],
  ["a carriage return", `TUTTI-SEALED-1\n${LINE}\r\n`],
  ["another order", `TUTTI-SEALED-1\n${LINE.replace('"algorithm":"AES-256-GCM",', "").replace("}", ',"algorithm":"AES-256-GCM"}')}\n`],
  ["one key twice", `TUTTI-SEALED-1\n${LINE.replace("}", ',"path":"/models/x.onnx"}')}\n`],
  ["more keys", `TUTTI-SEALED-1\n${LINE.replace("}", ',"more":1}')}\n`],
  ["a strange key", `TUTTI-SEALED-1\n${LINE.replace("}", ',"__proto__":{}}')}\n`],
  ["another algorithm", `TUTTI-SEALED-1\n${LINE.replace("GCM", "CBC")}\n`],
  [
    "text that is not UTF-8",
    Buffer.concat([Buffer.from(`TUTTI-SEALED-1\n${LINE.slice(0, -2)}`), Buffer.from([0xff]), Buffer.from('"}\n')]),
  ],
])("a file that begins with %s is not sealed", (_, content) => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "file");
  writeFileSync(path, Buffer.concat([Buffer.from(content), Buffer.alloc(16)]));
  expect(readSealedHeader(path)).toBeUndefined();
});
