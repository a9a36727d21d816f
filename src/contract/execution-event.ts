import * as z from "zod";
import { defined } from "../base/defined.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import { insideName, wireName } from "../base/wire-name.ts";
import { metaSchema } from "../envelope/meta-codec.ts";
import type { ExecutionEvent } from "../model/event.ts";

/**
 * One event of an execution. The names of its own fields are changed for the wire; what people and servers put into
 * {@link PAYLOADS} is not.
 */
export const executionEvent: z.ZodType<ExecutionEvent> = z.codec(
  z.looseObject({
    seq: z.int(),
    at: z.string().meta({ format: "date-time" }),
    type: z.string(),
    meta: metaSchema.exactOptional(),
  }),
  z.custom<ExecutionEvent>((value) => value !== undefined),
  {
    decode: ({ at, meta, ...fields }) =>
      ({ ...(rename(fields as Json, insideName) as object), ...defined({ meta }), atMs: Date.parse(at) }) as ExecutionEvent,
    encode: (event) => {
      const { seq, atMs, type, ...fields } = event;
      // The schema of the meta knows its names, and which of them are somebody's own.
      const { meta, ...others } = { meta: undefined, ...fields };
      return { seq, at: new Date(atMs).toISOString(), type, ...(rename(others as Json, snakeName) as object), ...defined({ meta }) };
    },
  },
);

/** Fields whose values are somebody's data. */
const PAYLOADS: ReadonlySet<string> = new Set(["inputs", "input", "output", "items", "detail"]);

function rename(value: Json, name: (key: string) => string): Json {
  if (isJsonArray(value)) return value.map((element) => rename(element, name));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [name(key), PAYLOADS.has(key) ? member : rename(member, name)]));
}

/** Moments inside an event stay numbers, and so keep the unit in their name: `retry_at_ms`. */
function snakeName(key: string): string {
  return key.endsWith("AtMs") ? `${wireName(key)}_ms` : wireName(key);
}
