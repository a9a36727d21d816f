import fc from "fast-check";
import { expect, test } from "vitest";
import { isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import { decodeFrame, encodeFrame, FRAME_BYTES_MAX, isFrame } from "./binary-frame.ts";
import { decodeBinary, encodeBinary, isBinary } from "./binary-payload.ts";
import { parseEnvelope, printEnvelope } from "./envelope-codec.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";

const contentType = "image/png";

test("bytes travel in JSON as base64, with their type", () => {
  const payload = { contentType, bytes: new Uint8Array([0, 255, 16]) };
  expect(encodeBinary(payload)).toEqual({ content_type: "image/png", encoding: "base64", data: "AP8Q" });
  const { data = null } = parseEnvelope(printEnvelope({ meta: {}, data: encodeBinary(payload) }));
  expect(isBinary(data)).toBe(true);
  expect(decodeBinary(data)).toEqual(payload);
});

test("any bytes come back, in JSON and in a frame", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000, size: "max" }), (bytes) => {
      expect(decodeBinary(encodeBinary({ contentType, bytes })).bytes).toEqual(bytes);
      expect(decodeFrame(encodeFrame({ meta: { tenant: "acme" }, data: { contentType, bytes } }))).toEqual({
        meta: { tenant: "acme" },
        data: { contentType, bytes },
      });
    }),
    { numRuns: 30 },
  );
});

test("a megabyte goes through", () => {
  const bytes = Uint8Array.from({ length: 700_000 }, (_, index) => index % 251);
  expect(decodeBinary(encodeBinary({ contentType, bytes })).bytes).toEqual(bytes);
});

test.each<{ readonly data: Json; readonly problem: string }>([
  { data: null, problem: "data: must be an object with content_type, encoding and data" },
  { data: { content_type: "png", encoding: "base64", data: "" }, problem: "data.content_type: must be a media type such as image/png" },
  { data: { content_type: "a/b\r\nx: y", encoding: "base64", data: "" }, problem: "data.content_type: must be a media type" },
  { data: { content_type: "a/b", encoding: "hex", data: "" }, problem: 'data.encoding: must be "base64"' },
  { data: { content_type: "a/b", encoding: "base64" }, problem: "data.data: must be text" },
  { data: { content_type: "a/b", encoding: "base64", data: "AP8" }, problem: "data.data: must be base64 with padding" },
  { data: { content_type: "a/b", encoding: "base64", data: "AP 8Q" }, problem: "data.data: must be base64 with padding" },
  { data: { content_type: "a/b", encoding: "base64", data: "AP_-" }, problem: "data.data: must be base64 with padding" },
  { data: { content_type: "a/b", encoding: "base64", data: "AR==" }, problem: "data.data: must be base64 with padding" },
])("$data is refused: $problem", ({ data, problem }) => {
  expect(() => decodeBinary(data)).toThrow(problem);
});

const frame = encodeFrame({ meta: { tenant: "acme" }, data: { contentType, bytes: new Uint8Array([1, 2, 3]) } });

test("a frame is its mark, the length of its header, its header and its bytes", () => {
  const header = '{"meta":{"tenant":"acme"},"data":{"content_type":"image/png","encoding":"frame","length":3}}';
  expect(new TextDecoder().decode(frame.subarray(0, 4))).toBe("TUE1");
  expect([...frame.subarray(4, 8)]).toEqual([0, 0, 0, header.length]);
  expect(new TextDecoder().decode(frame.subarray(8, -3))).toBe(header);
  expect(isFrame(frame)).toBe(true);
  expect(isFrame(new TextEncoder().encode(header))).toBe(false);
});

test("a frame that lies in the middle of a buffer is read, and its bytes are a copy", () => {
  const buffer = new Uint8Array(frame.length + 20);
  buffer.set(frame, 7);
  const { data } = decodeFrame(buffer.subarray(7, 7 + frame.length));
  buffer.fill(0);
  expect(data?.bytes).toEqual(new Uint8Array([1, 2, 3]));
});

test.each<{ readonly name: string; readonly bytes: Uint8Array; readonly problem: string }>([
  { name: "nothing", bytes: new Uint8Array(0), problem: 'frame: must begin with "TUE1" and a length' },
  { name: "a mark alone", bytes: frame.subarray(0, 6), problem: 'frame: must begin with "TUE1" and a length' },
  { name: "another mark", bytes: changed(0, 0x58), problem: 'frame: must begin with "TUE1" and a length' },
  { name: "a header that ends behind the frame", bytes: changed(6, 0xff), problem: "and lie within the frame" },
  { name: "a header of four gigabytes", bytes: changed(4, 0xff), problem: "its header must have at most 1048576 bytes" },
  { name: "a byte too few", bytes: frame.subarray(0, -1), problem: "data.length: must be 2, the number of bytes after the header" },
  {
    name: "a byte too many",
    bytes: new Uint8Array([...frame, 4]),
    problem: "data.length: must be 4, the number of bytes after the header",
  },
  { name: "a header that is no JSON", bytes: changed(8, 0x58), problem: "envelope: must be JSON" },
  { name: "too much", bytes: new Uint8Array(FRAME_BYTES_MAX + 1), problem: "frame: must be at most 16777216 bytes" },
])("$name is no frame", ({ bytes, problem }) => {
  expect(() => decodeFrame(bytes)).toThrow(problem);
});

test("frames that are changed anywhere are read or refused, and nothing else happens", () => {
  for (let at = 0; at < frame.length; at += 1) {
    for (const byte of [0, 0x22, 0x7d, 0xff]) {
      const answer = outcomeOf(() => decodeFrame(changed(at, byte)));
      expect(answer instanceof EnvelopeInvalidError || isJsonObject(answer)).toBe(true);
    }
  }
});

test("bytes without a type, or more of them than a frame may have, are not sent", () => {
  expect(() => encodeFrame({ meta: {}, data: { contentType: "png", bytes: new Uint8Array(1) } })).toThrow("content_type");
  expect(() => encodeFrame({ meta: {}, data: { contentType, bytes: new Uint8Array(FRAME_BYTES_MAX) } })).toThrow("at most 16777216 bytes");
  expect(() => encodeFrame({ meta: {} })).toThrow("data: must be there");
});

function changed(at: number, byte: number): Uint8Array {
  const copy = new Uint8Array(frame);
  copy[at] = byte;
  return copy;
}

function outcomeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
