import { placesOf, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import type { Diagnosis } from "../host.ts";
import { oneLine } from "../render/safe-text.ts";
import { span } from "../render/span.ts";
import type { Line } from "../render/span.ts";
import { tableLines } from "../render/table.ts";

export interface DoctorOptions extends CommonOptions {
  readonly servers: boolean;
}

/** `tutti doctor`: exits with 1 when something is bad. */
export async function doctor({ host, terminal, signal }: CommandContext, options: DoctorOptions): Promise<number> {
  const diagnoses = await host.examine({ ...placesOf(options), servers: options.servers, signal });
  const worst = diagnoses.some(isBad) ? "bad" : diagnoses.some(({ status }) => status === "warn") ? "warn" : "ok";
  if (options.json === true) printJson(terminal, { status: worst, findings: diagnoses });
  else terminal.out.lines([...diagnosisLines(diagnoses), [], summary(diagnoses)]);
  return worst === "bad" ? 1 : 0;
}

function isBad({ status }: Diagnosis): boolean {
  return status === "bad";
}

const SIGNS = { ok: span(" ✔", "good"), warn: span(" !", "warn"), bad: span(" ✖", "bad") } as const;

/** Problems of files have lines with the place below them. */
function diagnosisLines(diagnoses: readonly Diagnosis[]): readonly Line[] {
  const rows = diagnoses.map(({ area, status, message }, index) => {
    const isFirst = diagnoses[index - 1]?.area !== area;
    const [first = ""] = message.split("\n");
    return [SIGNS[status], span(isFirst ? area : "", "bold"), span(oneLine(first, 500), status === "bad" ? "bad" : undefined)];
  });
  const table = tableLines(rows);
  return diagnoses.flatMap(({ message, advice }, index) => [
    table[index] ?? [],
    ...message
      .split("\n")
      .slice(1)
      .map((line) => [span(`        ${line}`, "dim")]),
    ...(advice === undefined ? [] : [[span(`        ${oneLine(advice, 500)}`, "dim")]]),
  ]);
}

function summary(diagnoses: readonly Diagnosis[]): Line {
  const bad = diagnoses.filter(isBad).length;
  const strange = diagnoses.filter(({ status }) => status === "warn").length;
  if (bad > 0) return [span(`${bad} ${bad === 1 ? "thing is" : "things are"} bad${strange > 0 ? `, ${strange} strange` : ""}`, "bad")];
  return strange > 0
    ? [span(`nothing is bad, ${strange} ${strange === 1 ? "thing is" : "things are"} strange`, "warn")]
    : [span("all is well", "good")];
}
