import { dirname, join, normalize } from "node:path";
import { importsOf } from "./rules.ts";
import type { SourceFile } from "./rules.ts";

/** What a browser has none of. */
const ONLY_IN_NODE: readonly (readonly [RegExp, string])[] = [
  [/\bBuffer\b/, "Buffer"],
  [/\bprocess\b\s*[.[?]/, "the process"],
  [/\bsetImmediate\b|\bclearImmediate\b/, "setImmediate"],
  [/\b__dirname\b|\b__filename\b|\bimport\.meta\.(dirname|filename)\b/, "the place of its file"],
  [/\brequire\(|\bmodule\.exports\b/, "CommonJS"],
  [/\bglobal\./, "global"],
];

/** Packages that run in browsers too. */
const PACKAGES = ["zod"];

/** Why an entry point cannot be loaded by a browser, as sentences: looks at all that it imports, however far away. */
export function nodeDependences(entry: string, read: (path: string) => string): readonly string[] {
  const seen = new Set([entry]);
  const problems: string[] = [];
  for (const path of seen) {
    const file: SourceFile = { path, text: read(path) };
    problems.push(...wordsOfNode(file));
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith(".")) seen.add(normalize(join(dirname(path), specifier)));
      else if (!PACKAGES.includes(specifier)) problems.push(`${path}: imports ${specifier}`);
    }
  }
  return problems;
}

function wordsOfNode({ path, text }: SourceFile): readonly string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""');
  return ONLY_IN_NODE.flatMap(([pattern, what]) => (pattern.test(code) ? [`${path}: uses ${what}`] : []));
}
