import { join } from "node:path";
import type { OperationTable } from "../../src/main/operation-table.ts";
import type { Owner } from "../../src/main/owner.ts";
import type { OwnerOptions } from "../../src/main/owner-options.ts";
import type { CheckConfig } from "../../src/model/check.ts";
import { openPlainOwner } from "./plain-owner.ts";
import { inRepository } from "./built-command.ts";
import { serverConfig } from "./server-config.ts";

/**
 * The owner of a directory with the server `w`, whose tool `echo` gives back what it is given, and the checks `good`, `bad`
 * and `asked`, which is a tool that says yes.
 */
export async function openPatternOwner(directory: string, more: Partial<OwnerOptions> = {}): Promise<Owner> {
  const echo = { kind: "stdio" as const, command: process.execPath, args: [inRepository("test/support/servers/echo.ts")], env: {} };
  return await openPlainOwner(join(directory, "data"), {
    servers: [serverConfig("w", { connection: echo })],
    checks: {
      checks: {
        good: scriptCheck("console.log('fine')"),
        bad: scriptCheck("console.log('two are wrong'); process.exit(1)"),
        asked: { kind: "tool", server: "w", tool: "echo", arguments: { valid: true } },
      },
      handlers: {},
    },
    patterns: { folder: directory },
    ...more,
  });
}

/** Calls an operation with documents, as a surface does. */
export async function callDocument<Answer>(operations: OperationTable, name: string, document: unknown): Promise<Answer> {
  return (await operations.callByName(name, document, { signal: new AbortController().signal })) as Answer;
}

/** A check that is a program of Node. */
function scriptCheck(script: string): CheckConfig {
  return { kind: "command", command: process.execPath, args: ["-e", script], workingDirectory: "/", env: {} };
}
