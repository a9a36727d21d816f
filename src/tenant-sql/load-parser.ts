import { createRequire } from "node:module";
import type * as PgsqlParser from "pgsql-parser";

const require = createRequire(import.meta.url);

/** PostgreSQL's own parser, in WebAssembly. It is loaded when it is first used: it is 2 MB. */
export async function loadParser(): Promise<typeof PgsqlParser> {
  const parser = require("pgsql-parser") as typeof PgsqlParser;
  await parser.loadModule();
  return parser;
}

/**
 * Lets the next use have a new parser. A text that is nested deeply enough makes the stack overflow in the middle of the
 * C code; its memory is then in any state, and after some hundred such accidents it failed on every text. So an instance
 * that has failed is not used again.
 */
export function forgetParser(): void {
  for (const file of Object.keys(require.cache)) if (/[\\/](?:libpg-query|pgsql-parser)[\\/]/.test(file)) delete require.cache[file];
}
