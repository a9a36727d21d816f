import { Composer, isCollection, isScalar, Parser, visit } from "yaml";
import type { Document, ParsedNode, YAMLParseError } from "yaml";
import type { SourceText, Span, TextProblem } from "./source-text.ts";
import { visible } from "../base/visible.ts";

/** Characters of a workflow file. */
const LONGEST_FILE = 2 ** 20;

/** Wrong lines that are reported when the text is not YAML; what follows is mostly the consequence of the first. */
const MOST_SYNTAX_PROBLEMS = 20;

/** A text as one YAML document; document and root are only there when the whole text is YAML. */
export interface YamlRead {
  readonly document?: Document.Parsed;
  readonly root?: ParsedNode;
  readonly problems: readonly TextProblem[];
}

/** Reads YAML 1.2, of which JSON is a part. Keys that repeat are left to the reader of the document. */
export function readYaml(source: SourceText, what: "workflow" | "pattern" = "workflow"): YamlRead {
  const { text } = source;
  const whole = { start: 0, end: text.length };
  if (text.length > LONGEST_FILE) {
    return refused("too-large", `the file has ${text.length} characters, at most ${LONGEST_FILE} are allowed`, whole);
  }
  const controls = controlCharacters(text);
  if (controls.length > 0) return { problems: controls };
  const [document, second] = withoutStacks(() => compose(text));
  if (document !== undefined && document.errors.length > 0) return { problems: syntaxProblems(document, source) };
  if (second !== undefined && document !== undefined) {
    const span = { start: document.range[2], end: text.length };
    return refused("several-documents", `a file holds one ${what}: what follows this "---" belongs into another file`, span);
  }
  if (document === undefined || document.contents === null) {
    return refused("empty-file", `the file is empty: ${AT_LEAST[what]}`, whole);
  }
  if (document.directives.yaml.version !== "1.2") return refused("yaml-version", "only YAML 1.2 is read: remove the %YAML line", whole);
  return { document, root: document.contents, problems: [] };
}

const AT_LEAST = {
  workflow: 'a workflow has at least "id" and "steps"',
  pattern: 'a pattern has at least "name", "description" and "workflow"',
} as const;

/** The first two documents of a text. */
function compose(text: string): readonly Document.Parsed[] {
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, schema: "core", logLevel: "silent" });
  return [...composer.compose(new Parser().parse(text), true, text.length).take(2)];
}

/**
 * The parser makes an error for every character that it cannot use, each with a stack that nobody reads: a megabyte of
 * brackets then takes 20 seconds instead of 2.
 */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** YAML forbids them, and a terminal that shows the file would obey them. */
function controlCharacters(text: string): readonly TextProblem[] {
  return Array.from(text.matchAll(/[^\P{Cc}\t\n\r\x7f-\x9f]/gu).take(MOST_SYNTAX_PROBLEMS), ({ 0: character, index }) => ({
    code: "control-character",
    severity: "error",
    message: `the control character ${visible(character)} must be written as an escape in double quotes`,
    span: { start: index, end: index + 1 },
  }));
}

function refused(code: string, message: string, span: Span): YamlRead {
  return { problems: [{ code, severity: "error", message, span }] };
}

/** The first error of each line: the others of a line are nearly always its consequences. */
function syntaxProblems(document: Document.Parsed, source: SourceText): readonly TextProblem[] {
  const firsts = new Map<number, YAMLParseError>();
  for (const error of document.errors) {
    if (firsts.size > 0 && AFTERMATH.test(error.message)) continue;
    const { line } = source.position(error.pos[0]);
    if (!firsts.has(line)) firsts.set(line, error);
    if (firsts.size === MOST_SYNTAX_PROBLEMS) break;
  }
  const problems = [...firsts.values()].map((error) => syntaxProblem(error, document, source));
  return [...new Map(problems.map((problem) => [problem.span.start, problem])).values()];
}

/** What the parser says of everything that follows when a mistake has ended the document early. */
const AFTERMATH = / in YAML (stream|document)\b/;

/** Where something was left open is more useful than where the parser has noticed it. */
function syntaxProblem(error: YAMLParseError, document: Document.Parsed, source: SourceText): TextProblem {
  const [start, end] = error.pos;
  const left = LEFT_OPEN.exec(error.message);
  const open = left === null ? undefined : openedBefore(start, document, left[1] === undefined ? "bracket" : "quote");
  const found =
    open === undefined
      ? { message: syntaxMessage(error, source), span: { start, end } }
      : { message: `this ${visible(source.text[open] ?? "")} is never closed`, span: { start: open, end: open + 1 } };
  return { code: "yaml-syntax", severity: "error", ...found };
}

const LEFT_OPEN = /^(Missing closing)|end with a [\]}]$/;

/** Where the innermost quote or bracket stands that reaches as far as the error. */
function openedBefore(offset: number, document: Document.Parsed, kind: "quote" | "bracket"): number | undefined {
  let found: number | undefined;
  visit(document, {
    Node(_key, node) {
      const [start, , end] = node.range ?? [0, 0, 0];
      const opens = kind === "quote" ? isScalar(node) && node.type?.startsWith("QUOTE") === true : isCollection(node) && node.flow === true;
      if (opens && start < offset && end >= offset) found = Math.max(found ?? 0, start);
    },
  });
  return found;
}

/** What to do about it where the cause is known, else the parser's own words. */
function syntaxMessage({ code, message, pos: [start] }: YAMLParseError, { text }: SourceText): string {
  const before =
    text
      .slice(Math.max(0, start - NEARBY), start)
      .split("\n")
      .at(-1) ?? "";
  const after = text.slice(start, start + NEARBY).split("\n", 1)[0] ?? "";
  if (UNQUOTED_IN_FLOW.test(before + after.slice(0, 3))) return 'between { } or [ ] an expression must be in quotes: "${{ ... }}"';
  switch (code) {
    case "TAB_AS_INDENT":
      return "a tab cannot indent a line: use spaces";
    case "BLOCK_AS_IMPLICIT_KEY":
      return /: /.test(after)
        ? 'a text that has ": " in it must be in quotes'
        : "what stands below is indented too far: keys of one object begin in the same column";
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

/** So many characters around an error are looked at for its cause. */
const NEARBY = 200;

const UNQUOTED_IN_FLOW = /[{[][^"']*[\s,:[]\$\{\{/;
