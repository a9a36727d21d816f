import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { report, subject, within, wrongType } from "./reading.ts";
import type { ValueType } from "./value-type.ts";
import { quoted } from "../base/visible.ts";

/** A list of at most so many; items that cannot be read are left out, and have been reported. */
export function listOf<T>(item: ValueType<T>, most: number): ValueType<readonly T[]> {
  return {
    read(value, reading) {
      if (!isJsonArray(value)) return wrongType(reading, "a list", value);
      if (value.length > most) {
        return report(reading, "too-many", `${subject(reading.path)} has ${value.length} entries, at most ${most} are allowed`);
      }
      return value.map((entry, index) => item.read(entry, within(reading, index))).filter((entry) => entry !== undefined);
    },
    print: (value) => value.map((entry) => item.print(entry)),
    schema: (definitions) => ({ type: "array", items: item.schema(definitions), maxItems: most }),
    inside: { kind: "items", item },
  };
}

/** A list, or one entry alone. */
export function oneOrMore<T>(item: ValueType<T>, most: number): ValueType<readonly T[]> {
  const list = listOf(item, most);
  return {
    ...list,
    read(value, reading) {
      if (isJsonArray(value) || value === null) return list.read(value, reading);
      const only = item.read(value, reading);
      return only === undefined ? undefined : [only];
    },
    schema: (definitions) => ({ anyOf: [item.schema(definitions), list.schema(definitions)] }),
  };
}

/** A list or object with something in it. */
export function filled<T>(type: ValueType<T>): ValueType<T> {
  return {
    ...type,
    read(value, reading) {
      const isEmpty = isJsonArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
      return isEmpty ? report(reading, "wrong-type", `${subject(reading.path)} must have at least one entry`) : type.read(value, reading);
    },
  };
}

/** An object whose keys the author chooses. */
export function recordOf<T>(
  item: ValueType<T>,
  limits: { readonly most: number; readonly key?: RegExp; readonly keyShaped?: string },
): ValueType<Readonly<Record<string, T>>> {
  return {
    read(value, reading) {
      if (!isJsonObject(value)) return wrongType(reading, "an object", value);
      const entries = Object.entries(value);
      if (entries.length > limits.most) {
        return report(reading, "too-many", `${subject(reading.path)} has ${entries.length} keys, at most ${limits.most} are allowed`);
      }
      const result: Record<string, T> = {};
      for (const [key, part] of entries) {
        const inner = within(reading, key);
        if (limits.key !== undefined && !limits.key.test(key)) {
          report(inner, "invalid-text", `${quoted(key)} is not allowed as a name: ${limits.keyShaped ?? ""}`, { atKey: true });
        }
        const read = item.read(part, inner);
        if (read !== undefined) result[key] = read;
      }
      return result;
    },
    print: (value) => Object.fromEntries(Object.entries(value).map(([key, part]): [string, Json] => [key, item.print(part)])),
    schema: (definitions) => ({
      type: "object",
      additionalProperties: item.schema(definitions),
      maxProperties: limits.most,
      ...(limits.key === undefined ? {} : { propertyNames: { pattern: limits.key.source } }),
    }),
  };
}

/** An object with whatever is in it. */
export const freeObject: ValueType<JsonObject> = {
  read: (value, reading) => (isJsonObject(value) ? value : wrongType(reading, "an object", value)),
  print: (value) => value,
  schema: () => ({ type: "object" }),
};
