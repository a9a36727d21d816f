import { readFile, writeFile } from "node:fs/promises";
import { formatWorkflow } from "../../contract/format-workflow.ts";
import { TuttiError } from "../../model/errors.ts";
import { openSession, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { tellProblems } from "./validate.ts";

export interface FmtOptions extends CommonOptions {
  readonly check?: boolean;
  readonly write?: boolean;
}

interface Formatted {
  readonly file: string;
  readonly canonical: boolean;
}

/** `tutti fmt FILE...` */
export async function fmt(context: CommandContext, files: readonly string[], options: FmtOptions): Promise<number> {
  await using session = await openSession(context, "definitions", options);
  const results: Formatted[] = [];
  let invalid = false;
  for (const file of files) {
    const text = await readText(file);
    const { text: canonical, problems } = await session.client.call(formatWorkflow, { file, text }, { signal: context.signal });
    if (canonical === undefined) {
      await tellProblems(context, problems);
      invalid = true;
      continue;
    }
    results.push({ file, canonical: canonical === text });
    if (options.write === true && canonical !== text) await writeFile(file, canonical);
    else if (options.write !== true && options.check !== true && options.json !== true) context.terminal.out.write(canonical);
  }
  if (options.json === true) printJson(context.terminal, { files: results });
  if (invalid) return 65;
  return options.check === true ? tellDifferent(context, results) : 0;
}

function tellDifferent({ terminal }: CommandContext, results: readonly Formatted[]): number {
  const different = results.filter(({ canonical }) => !canonical);
  for (const { file } of different) terminal.notice(`${file} is not in canonical form`);
  return different.length === 0 ? 0 : 1;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new TuttiError("file.unreadable", `cannot read ${file}: ${(cause as Error).message}`, { file }, { cause });
  }
}
