import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "../../src/base/json.ts";

/** One statement of a file, with a sentence on what it is for. */
export interface SqlCase {
  readonly says: string;
  readonly sql: string;
  readonly params: readonly Json[];
}

/**
 * Reads a file of statements. Each begins with a line `--: ` that says what it is for, and may have a line `--$ ` with
 * the values of its parameters as JSON.
 */
export async function readCases(file: string): Promise<readonly SqlCase[]> {
  const text = await readFile(join(import.meta.dirname, file), "utf8");
  return text.split(/^--: /m).slice(1).map(readCase);
}

function readCase(text: string): SqlCase {
  const [says = "", ...lines] = text.trimEnd().split("\n");
  const [first = ""] = lines;
  const params: unknown = first.startsWith("--$ ") ? JSON.parse(first.slice(4)) : [];
  const sql = (first.startsWith("--$ ") ? lines.slice(1) : lines).join("\n");
  return { says, sql, params: params as readonly Json[] };
}
