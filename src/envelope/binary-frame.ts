import * as z from "zod";
import type { Json } from "../base/json.ts";
import type { BinaryPayload } from "./binary-payload.ts";
import { contentType } from "./binary-payload.ts";
import { ENVELOPE_BYTES_MAX, parseEnvelope, printEnvelope } from "./envelope-codec.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { Envelope } from "./envelope.ts";
import { withPayload } from "./payload-codec.ts";

/** Of a whole frame, in bytes: what a WebSocket message may have. */
export const FRAME_BYTES_MAX = 16_777_216;

/**
 * An envelope and raw bytes in one message, for transports that carry bytes (WebSocket, NATS):
 *
 *     "TUE1"   4 bytes, ASCII
 *     length   4 bytes, unsigned, most significant first
 *     header   an envelope in JSON, of that length; its data is { content_type, encoding: "frame", length }
 *     bytes    `length` bytes, up to the end
 *
 * @throws EnvelopeInvalidError as `printEnvelope`, or when the frame would be too large
 */
export function encodeFrame({ data, ...others }: Envelope<BinaryPayload>): Uint8Array {
  if (data === undefined) throw new EnvelopeInvalidError(["data: must be there, because a frame is for bytes"]);
  const note: FrameNote = { content_type: data.contentType, encoding: "frame", length: data.bytes.length };
  const header = new TextEncoder().encode(printEnvelope({ ...others, data: { ...noteSchema.parse(note) } }));
  const frame = new Uint8Array(checkedSize(HEADER_START + header.length + data.bytes.length));
  frame.set(MAGIC);
  new DataView(frame.buffer).setUint32(MAGIC.length, header.length);
  frame.set(header, HEADER_START);
  frame.set(data.bytes, HEADER_START + header.length);
  return frame;
}

/** Whether bytes begin as a frame does; JSON never does. */
export function isFrame(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads one whole frame. The bytes of the answer are a copy: buffers of sockets are used again.
 *
 * @throws EnvelopeInvalidError with all problems, and nothing else
 */
export function decodeFrame(frame: Uint8Array): Envelope<BinaryPayload> {
  checkedSize(frame.length);
  if (!isFrame(frame) || frame.length < HEADER_START) throw new EnvelopeInvalidError(['frame: must begin with "TUE1" and a length']);
  const headerBytes = new DataView(frame.buffer, frame.byteOffset, frame.length).getUint32(MAGIC.length);
  const end = HEADER_START + headerBytes;
  if (headerBytes > ENVELOPE_BYTES_MAX || end > frame.length) {
    throw new EnvelopeInvalidError([`frame: its header must have at most ${ENVELOPE_BYTES_MAX} bytes, and lie within the frame`]);
  }
  const envelope: Envelope<Json> = parseEnvelope(frame.subarray(HEADER_START, end));
  const { data: note, ...others } = withPayload(envelope, noteSchema);
  if (note === undefined || note.length !== frame.length - end) {
    throw new EnvelopeInvalidError([`data.length: must be ${frame.length - end}, the number of bytes after the header`]);
  }
  return { ...others, data: { contentType: note.content_type, bytes: new Uint8Array(frame.subarray(end)) } };
}

const MAGIC: readonly number[] = [0x54, 0x55, 0x45, 0x31];

const HEADER_START = 8;

/** What the header says of the bytes that follow it. */
interface FrameNote {
  readonly content_type: string;
  readonly encoding: "frame";
  readonly length: number;
}

const noteSchema: z.ZodType<FrameNote> = z.object({
  content_type: contentType,
  encoding: z.literal("frame"),
  length: z.int().min(0),
});

function checkedSize(sizeBytes: number): number {
  if (sizeBytes <= FRAME_BYTES_MAX) return sizeBytes;
  throw new EnvelopeInvalidError([`frame: must be at most ${FRAME_BYTES_MAX} bytes, not ${sizeBytes}`]);
}
