/**
 * How deep lists and objects are in one another in a JSON text; of what is no JSON, some number. What is nested too deep ends
 * whoever walks through it later, so it is to be known before it is parsed. Takes no longer than reading the text once.
 */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  // A string may lack its end: were it wanted, each quotation mark of such a text would be tried as a beginning, to the end.
  for (const [sign] of text.matchAll(/"(?:[^"\\]+|\\[^])*"?|[[{}\]]/g)) {
    if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
