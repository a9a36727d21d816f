import { Composer, Parser } from "yaml";
import type { Document, ParsedNode, YAMLParseError } from "yaml";
import type { SourceText, Span, TextProblem } from "./source-text.ts";
import { visible } from "./visible.ts";

/** Characters of a workflow file. */
export const LONGEST_FILE: number = 2 ** 20;

/** Wrong lines that are reported when the text is not YAML; what follows is mostly the consequence of the first. */
const MOST_SYNTAX_PROBLEMS = 20;

/** A text as one YAML document; document and root are only there when the whole text is YAML. */
export interface YamlRead {
  readonly document?: Document.Parsed;
  readonly root?: ParsedNode;
  readonly problems: readonly TextProblem[];
}

/** Reads YAML 1.2, of which JSON is a part. Keys that repeat are left to the reader of the document. */
export function readYaml(source: SourceText): YamlRead {
  const { text } = source;
  const whole = { start: 0, end: text.length };
  if (text.length > LONGEST_FILE) {
    return refused("too-large", `the file has ${text.length} characters, at most ${LONGEST_FILE} are allowed`, whole);
  }
  const [document, second] = new Composer({ uniqueKeys: false, prettyErrors: false, schema: "core", logLevel: "silent" }).compose(
    new Parser().parse(text),
    true,
    text.length,
  );
  if (document !== undefined && document.errors.length > 0) return { problems: syntaxProblems(document.errors, source) };
  if (second !== undefined && document !== undefined) {
    const span = { start: document.range[2], end: text.length };
    return refused("several-documents", 'a file holds one workflow: what follows this "---" belongs into another file', span);
  }
  if (document === undefined || document.contents === null) {
    return refused("empty-file", 'the file is empty: a workflow has at least "id" and "steps"', whole);
  }
  if (document.directives.yaml.version !== "1.2") return refused("yaml-version", "only YAML 1.2 is read: remove the %YAML line", whole);
  return { document, root: document.contents, problems: [] };
}

function refused(code: string, message: string, span: Span): YamlRead {
  return { problems: [{ code, severity: "error", message, span }] };
}

/** The first error of each line: the others of a line are nearly always its consequences. */
function syntaxProblems(errors: readonly YAMLParseError[], source: SourceText): readonly TextProblem[] {
  const problems = new Map<number, TextProblem>();
  for (const error of errors) {
    const [start, end] = error.pos;
    const { line } = source.position(start);
    if (problems.has(line)) continue;
    if (problems.size === MOST_SYNTAX_PROBLEMS) break;
    problems.set(line, { code: "yaml-syntax", severity: "error", message: syntaxMessage(error, source), span: { start, end } });
  }
  return [...problems.values()];
}

/** What to do about it where the cause is known, else the parser's own words. */
function syntaxMessage({ code, message, pos: [start] }: YAMLParseError, { text }: SourceText): string {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1).split("\n", 1)[0] ?? "";
  if (UNQUOTED_IN_FLOW.test(line)) return 'between { } or [ ] an expression must be in quotes: "${{ ... }}"';
  switch (code) {
    case "TAB_AS_INDENT":
      return "a tab cannot indent a line: use spaces";
    case "BLOCK_AS_IMPLICIT_KEY":
      return 'a text that has ": " in it must be in quotes, and keys inside a value stand on lines of their own';
    case "MULTILINE_IMPLICIT_KEY":
      return 'this line has no key: a key is followed by ":" and a space';
    case "BAD_SCALAR_START":
      return `a text that begins with ${visible(text[start] ?? "")} must be in quotes`;
    case "RESOURCE_EXHAUSTION":
      return "values are nested too deeply";
    default:
      return visible(`${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
}

const UNQUOTED_IN_FLOW = /[{[][^"']*[\s,:[]\$\{\{/;
