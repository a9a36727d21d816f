import { isScalar, visit } from "yaml";
import type { Document, YAMLMap, YAMLSeq } from "yaml";

/** Long lines stay whole, since a folded expression is hard to read. */
const PRINT_OPTIONS = { lineWidth: 0 } as const;

/** Columns at which a text is folded again that its author has folded, unless the author's lines are longer. */
const FOLD_WIDTH = 100;

/**
 * Prints a document in our layout: `[a, b]` and `{ a: b }`, lists indented, only folded texts folded. `source` is the
 * text that the document was read from, if it was.
 */
export function printDocument(document: Document, source: string = ""): string {
  visit(document, {
    Scalar(_key, scalar) {
      // The library prints a text of nothing but spaces and new lines so that it reads back as another one.
      if (typeof scalar.value === "string" && /^\s*\n\s*$/.test(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    },
    Seq: (_key, list) => printWithPadding(list, ""),
    Map: (_key, map) => printWithPadding(map, " "),
    Pair(_key, pair) {
      if (isScalar(pair.value) && pair.value.type === "BLOCK_FOLDED") {
        const print = pair.toString.bind(pair);
        const lineWidth = Math.max(FOLD_WIDTH, longestLine(source.slice(...(pair.value.range ?? [0, 0]))));
        pair.toString = (context, ...rest) => print(context && { ...context, options: { ...context.options, lineWidth } }, ...rest);
      }
    },
  });
  return document.toString(PRINT_OPTIONS);
}

function longestLine(text: string): number {
  return text.split("\n").reduce((longest, line) => Math.max(longest, line.length), 0);
}

/** The library pads both kinds of flow collections or none. */
function printWithPadding(collection: YAMLMap | YAMLSeq, flowCollectionPadding: string): void {
  const print = collection.toString.bind(collection);
  collection.toString = (context, ...rest) => print(context && { ...context, flowCollectionPadding }, ...rest);
}
