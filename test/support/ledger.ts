import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerEntry } from "./command-world.ts";

/** The server that writes down what was done to it, in the directory of its configuration. */
export const LEDGER: ServerEntry = { file: "test/fault/ledger-server.ts" };

/** The calls that took effect there, in this order: `tool call`. */
export function ledgerOf(directory: string): readonly string[] {
  const file = join(directory, "ledger.jsonl");
  if (!existsSync(file)) return [];
  const entries = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return entries.map((line) => {
    const { tool, call } = JSON.parse(line) as { readonly tool: string; readonly call: string };
    return `${tool} ${call}`;
  });
}
