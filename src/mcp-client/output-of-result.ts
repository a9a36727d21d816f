import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";

/**
 * What a workflow sees of the result of `tools/call`: `structuredContent`; else the single text block, parsed when it
 * is JSON and otherwise as `{ text }`; else all text blocks joined as `{ text }`; else, when there is anything but
 * text, `{ content }` with all blocks as they came.
 */
export function outputOfResult(result: JsonObject): Json {
  const structured = structuredOutput(result);
  if (structured !== undefined) return structured;
  const content = contentBlocks(result);
  return content.every(isTextBlock) ? { text: joinText(content) } : { content };
}

/** The part of a result that is data and no prose: `structuredContent`, or the single text block when it is JSON. */
export function structuredOutput(result: JsonObject): Json | undefined {
  const structured = result["structuredContent"];
  if (structured !== undefined) return structured;
  const content = contentBlocks(result);
  const [only] = content;
  return content.length === 1 && only !== undefined && isTextBlock(only) ? parseJson(only.text) : undefined;
}

/** All text of a result: what a tool says of its failure. */
export function textOfResult(result: JsonObject): string {
  return joinText(contentBlocks(result).filter(isTextBlock));
}

function contentBlocks(result: JsonObject): readonly Json[] {
  const content = result["content"];
  return isJsonArray(content) ? content : [];
}

interface TextBlock {
  readonly text: string;
}

function isTextBlock(block: Json): block is Json & TextBlock {
  return isJsonObject(block) && block["type"] === "text" && typeof block["text"] === "string";
}

function joinText(blocks: readonly TextBlock[]): string {
  return blocks.map((block) => block.text).join("\n");
}

/** Undefined when the text is no JSON. Most texts are not, and an exception for each of them is dear. */
function parseJson(text: string): Json | undefined {
  if (!/^\s*(?:[[{"\d-]|true\b|false\b|null\b)/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
