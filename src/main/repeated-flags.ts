import { relative } from "node:path";
import type { FoundConfig } from "./find-config.ts";

/** What must follow a command that is typed later, in the same folder, to make it find the same configuration and data. */
export function repeatedFlags(
  found: FoundConfig | undefined,
  given: { readonly configFile?: string; readonly dataDirectory?: string; readonly workingDirectory: string },
): string {
  const config = given.configFile ?? (found?.by === "workflow" ? relative(given.workingDirectory, found.file) : undefined);
  const words = [
    config === undefined ? [] : ["--config", quote(config)],
    given.dataDirectory === undefined ? [] : ["--data-dir", quote(given.dataDirectory)],
  ];
  return words
    .flat()
    .map((word) => ` ${word}`)
    .join("");
}

/** The word as a shell takes it. */
function quote(word: string): string {
  return /^[\w./~@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
