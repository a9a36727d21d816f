import { parseDocument } from "yaml";
import type { Node } from "yaml";
import type { Json } from "../base/json.ts";
import { locateProblem } from "../definition/locate-problem.ts";
import { sourceText } from "../definition/source-text.ts";
import type { ValueType } from "../definition/value-type.ts";
import { yamlToJson } from "../definition/yaml-to-json.ts";
import type { LocatedProblem, Problem } from "../model/problem.ts";

/** The text of a configuration file as a value, and the way back from the value to the text. */
export interface ConfigDocument {
  /** Undefined when the text is no YAML or JSON; `problems` then says why. */
  readonly value?: Json;
  readonly problems: readonly LocatedProblem[];
  /** Finds the place of a problem; the type knows how else its keys may be spelled. */
  locate(problem: Problem, type: ValueType<unknown>): LocatedProblem;
}

/** Reads YAML, JSON, and JSON with comments as editors write it. An empty file is an empty object. */
export function readConfigDocument(written: string, file: string): ConfigDocument {
  const json = /\.jsonc?$/i.test(file);
  const source = sourceText(written, file);
  const { text } = source;
  const document = parseDocument(json ? withoutComments(text) : text, { uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
  const syntax = document.errors.map(({ message, pos: [start, end] }) =>
    source.located({
      code: "syntax",
      severity: "error",
      message: `not valid ${json ? "JSON" : "YAML"}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
      span: { start, end },
    }),
  );
  const root: Node | null = document.contents;
  if (syntax.length > 0 || root === null) return { ...(syntax.length > 0 ? {} : { value: {} }), problems: syntax, locate: atStart };
  const { json: value, targets, problems } = yamlToJson(root, source);
  return {
    value,
    problems: problems.map((problem) => source.located(problem)),
    locate: (problem, type) => source.located(locateProblem(problem, { root, inside: type.inside, targets }, source)),
  };

  function atStart({ path: _path, ...problem }: Problem): LocatedProblem {
    return source.located({ ...problem, span: { start: 0, end: 0 } });
  }
}

/** Puts spaces in place of comments, so that all else stays where it is. */
function withoutComments(text: string): string {
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : part.replaceAll(/[^\n]/g, " "),
  );
}
