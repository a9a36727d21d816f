import { readFileSync, statSync } from "node:fs";
import { z } from "zod";

const BYTES_MAX = 2 ** 20;

/** Reads a JSON file that an operator wrote. @throws Error - all that is wrong with it, and where */
export function readSettingsFile<Schema extends z.ZodType>(variable: string, path: string, schema: Schema): z.output<Schema> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true) throw new Error(`${variable}: there is no file at ${path}`);
  if (found.size > BYTES_MAX) throw new Error(`${variable}: ${path} is larger than ${BYTES_MAX} bytes`);
  const { success, data, error } = schema.safeParse(jsonIn(variable, path));
  if (!success) throw new Error(`${variable}: ${path} makes no sense:\n${z.prettifyError(error)}`);
  return data;
}

function jsonIn(variable: string, path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${variable}: ${path} is no JSON: ${String(error)}`, { cause: error });
  }
}
