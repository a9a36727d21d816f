import type { Json, JsonObject } from "../base/json.ts";
import { freeObject, listOf, recordOf } from "../definition/collection-types.ts";
import { noFindings, report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { choice, text, textLike } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import { sourceText } from "../definition/source-text.ts";
import type { ValueType } from "../definition/value-type.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { LockedTool, ToolLock } from "../model/tool-lock.ts";
import { schemaHash } from "../operations/locked-tool.ts";
import { readConfigDocument } from "./config-document.ts";

/** What a lock file says, or what is wrong with it. */
export interface LockDocument {
  /** There unless there are problems. */
  readonly lock?: ToolLock;
  readonly problems: readonly LocatedProblem[];
}

/** Reads the text of a lock. `file` is only used to name it in problems. */
export function parseLock(source: string, file: string): LockDocument {
  const syntax = syntaxProblem(source, file);
  if (syntax !== undefined) return { problems: [syntax] };
  const value = JSON.parse(source) as Json;
  const findings = noFindings();
  const read = lockKeys.read(value, { path: [], findings });
  const lock = read && { tools: read.tools, workflows: read.workflows };
  // Finding places takes long, and what was written by us and not changed needs none.
  if (lock !== undefined && findings.errors.length === 0 && printLock(lock) === source) return { lock, problems: [] };
  const document = readConfigDocument(source, file);
  // Of two tools of one name the last one would count, whatever the first is like.
  const repeated = document.problems.filter(({ code }) => code === "duplicate-key");
  const located = [...repeated, ...findings.errors.map((problem) => document.locate(problem, lockKeys))];
  const problems = located.sort((left, right) => left.line - right.line || left.column - right.column);
  return { ...(problems.length > 0 || lock === undefined ? {} : { lock }), problems };
}

/** The text of a lock: sorted, so that the same lock has the same text, with a line for each thing that may change by itself. */
export function printLock(lock: ToolLock): string {
  const { version, tools, workflows } = lockKeys.print({ version: VERSION, ...lock }) as JsonObject &
    Record<"tools" | "workflows", JsonObject>;
  return `${JSON.stringify({ version, tools: sorted(tools), workflows: sorted(workflows) }, null, 2)}\n`;
}

function sorted(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.keys(members)
      .sort()
      .map((key) => [key, members[key] ?? null]),
  );
}

const VERSION = 1;

function syntaxProblem(source: string, file: string): LocatedProblem | undefined {
  const at = (offset: number, message: string): LocatedProblem =>
    sourceText(source, file).located({ code: "syntax", severity: "error", message, span: { start: offset, end: offset } });
  const conflict = /^(<{7}|={7}|>{7})/m.exec(source);
  if (conflict !== null) return at(conflict.index, `two versions were merged and the conflict is still here: resolve it, or ${ANEW}`);
  try {
    JSON.parse(source);
    return undefined;
  } catch (error) {
    const { message } = error as SyntaxError;
    const offset = /at position (\d+)/.exec(message)?.[1];
    return at(
      offset === undefined ? source.length : Number(offset),
      `not valid JSON: ${message.replace(/ in JSON at position .*$/, "")} - ${ANEW}`,
    );
  }
}

const ANEW = "remove the file and make it anew with tutti servers lock";

const version: ValueType<number> = {
  read: (value, reading) =>
    value === VERSION
      ? VERSION
      : report(reading, "version", `this tutti reads version ${VERSION} of the lock, not ${JSON.stringify(value)} - ${ANEW}`),
  print: (value) => value,
  schema: () => ({ const: VERSION }),
};

const sha256 = textLike(/^[0-9a-f]{64}$/, "a SHA-256 has 64 hexadecimal digits");

const toolKeys: Shape<LockedTool> = shape<LockedTool>("tool", {
  effect: { key: "effect", type: choice("read", "idempotent", "once"), required: true, about: "what a call may do" },
  annotations: { key: "annotations", type: freeObject, about: "what the server says of it besides" },
  inputSha256: { key: "input_sha256", type: sha256, required: true, about: "the hash of its input schema" },
  inputSchema: { key: "input_schema", type: freeObject, required: true, about: "what it takes" },
  outputSha256: { key: "output_sha256", type: sha256, about: "the hash of its output schema" },
  outputSchema: { key: "output_schema", type: freeObject, about: "what it gives" },
});

const tool: ValueType<LockedTool> = {
  ...toolKeys,
  read(value, reading) {
    const { values, given } = toolKeys.readPartly(value, reading) ?? { values: {}, given: new Set<keyof LockedTool>() };
    if (given.has("outputSchema") !== given.has("outputSha256")) {
      const [there, missing] = given.has("outputSchema") ? ["output_schema", "output_sha256"] : ["output_sha256", "output_schema"];
      report(reading, "missing-key", `"${missing}" is missing beside "${there}": the lock was changed by hand - ${ANEW}`);
    }
    const { effect, inputSchema, inputSha256, outputSchema, outputSha256 } = values;
    if (outputSchema !== undefined && outputSha256 !== undefined) checkHash(outputSchema, outputSha256, within(reading, "output_sha256"));
    if (inputSchema === undefined || inputSha256 === undefined) return undefined;
    checkHash(inputSchema, inputSha256, within(reading, "input_sha256"));
    return effect && { ...values, effect, inputSchema, inputSha256 };
  },
};

function checkHash(schema: JsonObject, hash: string, reading: Reading): void {
  if (schemaHash(schema) === hash) return;
  const message = `this is not the hash of the schema beside it: the lock was changed by hand - ${ANEW}`;
  report(reading, "wrong-hash", message);
}

interface LockKeys extends ToolLock {
  readonly version: number;
}

const lockKeys: Shape<LockKeys> = shape<LockKeys>("lock", {
  version: { key: "version", type: version, required: true, about: "of the form of the file" },
  tools: {
    key: "tools",
    type: recordOf(tool, { most: 100_000, key: /^[A-Za-z0-9_-]{1,64}\../, keyShaped: 'a tool is named "server.tool"' }),
    required: true,
    about: "the tools, by name",
  },
  workflows: {
    key: "workflows",
    type: recordOf(listOf(text(1_000), 100_000), { most: 100_000 }),
    required: true,
    about: "the tools that each workflow file uses",
  },
});
