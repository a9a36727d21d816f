import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** What is in a YAML or JSON file that an operator wrote. @throws Error - it cannot be read, and which variable names it */
export function readYamlSetting(variable: string, path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"), { maxAliasCount: 100 });
  } catch (error) {
    throw new Error(`${variable}: ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
