import protobuf from "protobufjs/minimal.js";

/** The names with which people speak of the rows of a model. */
export interface ModelNames {
  readonly users: ReadonlyMap<string, number>;
  readonly items: ReadonlyMap<string, number>;
}

/* Of onnx.proto: ModelProto.metadata_props is field 14, of StringStringEntryProto with key 1 and value 2. */
const METADATA = 14;
const WIRE_BYTES = 2;
const METADATA_BYTES_MAX = 64 * 2 ** 20;

/**
 * What `users` and `items` in the metadata of an ONNX file say: an object of places by name, or the names in order.
 *
 * @throws Error - it is no ONNX file, or what they say is none of these; undefined when they are not there
 */
export function modelNames(onnx: Uint8Array): ModelNames | undefined {
  const properties = metadataOf(onnx);
  const users = properties.get("users");
  const items = properties.get("items");
  if (users === undefined || items === undefined) return undefined;
  return { users: placesIn(users, "users"), items: placesIn(items, "items") };
}

function metadataOf(onnx: Uint8Array): ReadonlyMap<string, string> {
  const reader = protobuf.Reader.create(onnx);
  const properties = new Map<string, string>();
  let size = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 !== METADATA || (tag & 7) !== WIRE_BYTES) {
      reader.skipType(tag & 7);
      continue;
    }
    const entry = reader.bytes();
    size += entry.length;
    if (size > METADATA_BYTES_MAX) throw new Error(`its metadata have more than ${METADATA_BYTES_MAX} bytes`);
    const [key, value] = textsOf(entry);
    properties.set(key, value);
  }
  return properties;
}

function textsOf(entry: Uint8Array): readonly [string, string] {
  const reader = protobuf.Reader.create(entry);
  const texts: [string, string] = ["", ""];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    if ((field === 1 || field === 2) && (tag & 7) === WIRE_BYTES) texts[field - 1] = reader.string();
    else reader.skipType(tag & 7);
  }
  return texts;
}

function placesIn(text: string, what: string): ReadonlyMap<string, number> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error(`"${what}" in its metadata is no object of places by name`);
  const entries: [string, unknown][] = Array.isArray(value) ? value.map((name, place) => [String(name), place]) : Object.entries(value);
  for (const [name, place] of entries) {
    if (!Number.isSafeInteger(place) || (place as number) < 0)
      throw new Error(`"${what}" in its metadata has no place for "${name.slice(0, 100)}"`);
  }
  return new Map(entries as [string, number][]);
}
