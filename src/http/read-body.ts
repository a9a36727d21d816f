import type { JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { jsonFault } from "../envelope/json-fault.ts";
import { HttpRefusal } from "./http-refusal.ts";

const BODY_BYTES_MAX = 4 * 2 ** 20;

/**
 * The document in the body of a request; an empty one when there is no body.
 *
 * @throws HttpRefusal `http.media-type`, `http.too-large`, `http.malformed`
 */
export async function readBody(request: Request): Promise<JsonObject> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  const type = request.headers.get("content-type");
  // A page of elsewhere may send forms and text without asking first, and nothing else.
  if (type === null || !JSON_TYPE.test(type)) {
    const given = type === null ? "nothing" : `"${type.slice(0, 100)}"`;
    throw new HttpRefusal("http.media-type", `the body must be application/json in UTF-8; content-type says ${given}`);
  }
  const document = parsed(bytes);
  if (!isJsonObject(document)) throw new HttpRefusal("http.malformed", "the body must be a JSON object");
  const fault = jsonFault(document, "body");
  if (fault !== undefined) throw new HttpRefusal("http.malformed", fault);
  return document;
}

const JSON_TYPE = /^application\/json *(; *charset="?utf-8"? *)?$/i;

async function readBytes(request: Request): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  if (request.body === null) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const piece of request.body as AsyncIterable<Uint8Array>) {
      sizeBytes += piece.length;
      if (sizeBytes > BODY_BYTES_MAX) throw tooLarge();
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof HttpRefusal) throw error;
    throw new HttpRefusal("http.malformed", "the body ended before its end");
  }
  return Buffer.concat(pieces);
}

function tooLarge(): HttpRefusal {
  // What is still on its way would be taken for the next request.
  return new HttpRefusal("http.too-large", `a body has at most ${BODY_BYTES_MAX} bytes`, { connection: "close" });
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HttpRefusal("http.malformed", `the body is no JSON in UTF-8: ${(error as Error).message}`);
  }
}
