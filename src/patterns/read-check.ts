import type { JsonObject } from "../base/json.ts";
import { freeObject, oneOrMore } from "../definition/collection-types.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { choice, flag, numberIn, text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { PartlyRead, Shape } from "../definition/shape.ts";
import type { Json } from "../base/json.ts";
import type { RequirementCheck } from "../model/pattern.ts";

/** The check of a requirement as its keys in the file. */
export interface CheckKeys {
  readonly server?: readonly string[];
  readonly tool?: readonly string[];
  readonly with?: JsonObject;
  readonly check?: readonly string[];
  readonly port?: readonly number[];
  readonly is?: "registered" | "passing" | "free";
  readonly machine?: readonly string[];
  readonly file?: readonly string[];
  readonly parameter?: boolean;
}

const NAMES_MAX = 100;
const LONGEST = 500;
const names = oneOrMore(text(LONGEST), NAMES_MAX);

/** All keys of the check of a requirement. */
export const CHECK: Shape<CheckKeys> = shape<CheckKeys>("check", {
  server: { key: "server", type: names, about: "servers that must answer" },
  tool: { key: "tool", type: names, about: 'tools that must be there, as "server.tool"' },
  with: { key: "with", type: freeObject, about: "arguments that the tool must take" },
  check: { key: "check", type: names, about: "checks of tutti.yaml that must be registered, or pass" },
  port: { key: "port", type: oneOrMore(numberIn({ min: 1, max: 65_535 }), NAMES_MAX), about: "ports that must be free, or registered" },
  is: { key: "is", type: choice("registered", "passing", "free"), about: "what must be true of a check or port" },
  machine: { key: "machine", type: names, about: "machines that must be online" },
  file: { key: "file", type: names, about: "files or folders below the folder of the configuration that must be there" },
  parameter: { key: "parameter", type: flag, about: "a condition on the parameters" },
});

const KINDS = ["server", "tool", "check", "port", "machine", "file", "parameter"] as const;
type Kind = (typeof KINDS)[number];

/** Reads a check whose holes have been filled. */
export function readCheck(value: Json, reading: Reading): RequirementCheck | undefined {
  const read = CHECK.readPartly(value, reading);
  if (read === undefined) return undefined;
  const [kind, ...more] = KINDS.filter((candidate) => read.given.has(candidate));
  if (kind === undefined || more.length > 0) {
    return read.hasUnknown ? undefined : report(reading, "wrong-check", `a check has exactly one of ${KINDS.join(", ")}`);
  }
  return withoutStrangers(kind, read, reading) ? checkOf(kind, read.values, reading) : undefined;
}

/** Whether every other key belongs to this kind. */
function withoutStrangers(kind: Kind, { given }: PartlyRead<CheckKeys>, reading: Reading): boolean {
  const allowed = { with: kind === "tool", is: kind === "check" || kind === "port" };
  const strangers = (["with", "is"] as const).filter((key) => given.has(key) && !allowed[key]);
  for (const key of strangers) report(within(reading, key), "wrong-check", `"${key}" says nothing of a ${kind}`, { atKey: true });
  return strangers.length === 0;
}

function checkOf(kind: Kind, values: Partial<CheckKeys>, reading: Reading): RequirementCheck | undefined {
  switch (kind) {
    case "server":
    case "machine":
      return values[kind] && { kind, names: values[kind] };
    case "tool":
      return values.tool && { kind, names: values.tool, ...(values.with === undefined ? {} : { with: values.with }) };
    case "check":
      return (
        values.check &&
        whatIs(values.is ?? "passing", ["registered", "passing"], reading, (is) => ({ kind, names: values.check ?? [], is }))
      );
    case "port":
      return values.port && whatIs(values.is ?? "free", ["registered", "free"], reading, (is) => ({ kind, ports: values.port ?? [], is }));
    case "file":
      return values.file && { kind, paths: values.file };
    case "parameter":
      return values.parameter === undefined ? undefined : { kind, holds: values.parameter };
  }
}

function whatIs<Word extends string>(
  is: string,
  words: readonly Word[],
  reading: Reading,
  make: (is: Word) => RequirementCheck,
): RequirementCheck | undefined {
  const word = words.find((candidate) => candidate === is);
  return word === undefined
    ? report(within(reading, "is"), "wrong-check", `"is" must be ${words.map((one) => `"${one}"`).join(" or ")} here`)
    : make(word);
}
