import { refuse } from "../kit/reference-server.ts";

const WORDS_MAX = 32;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/**
 * What to look for, as FTS5 understands it: every word has to be there, and words in double quotes have to follow one
 * another. Nothing that a caller writes is syntax of FTS5: operators, columns and stars are words, or nothing.
 *
 * @throws ToolError - there is no word in it, or there are too many
 */
export function searchExpression(query: string): string {
  const phrases = query
    .toWellFormed()
    .split('"')
    // What is between quotes is at the odd places; a quote that is not closed opens nothing.
    .flatMap((part, index, parts) => (index % 2 === 1 && index < parts.length - 1 ? [wordsOf(part)] : wordsOf(part).map((word) => [word])))
    .filter((words) => words.length > 0);
  const count = phrases.reduce((sum, words) => sum + words.length, 0);
  if (count === 0) throw refuse("the query has no word in it. Right is for example: renewable energy");
  if (count > WORDS_MAX) throw refuse(`the query has ${count} words: at most ${WORDS_MAX} are looked for`);
  return phrases.map((words) => `"${words.join(" ")}"`).join(" AND ");
}

function wordsOf(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}
