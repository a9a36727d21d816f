import { StringDecoder } from "node:string_decoder";
import { LINE_CHARACTERS_MAX } from "./server-log.ts";

const LINES_MAX = 20;
const CHARACTERS_MAX = 8_192;

/** The last lines that a server wrote to its stderr: at most 20, and at most 8 KiB. They explain why it died. */
export interface StderrTail {
  push(chunk: Buffer): void;
  /** Oldest first. Includes a last line that has no line end yet. */
  lines(): readonly string[];
}

/** @param onLine - is told each line as it ends */
export function createStderrTail(onLine: (line: string) => void): StderrTail {
  const decoder = new StringDecoder("utf8");
  const kept: string[] = [];
  let characters = 0;
  let open = "";

  const finish = (line: string): void => {
    const text = line.replace(/\r$/, "");
    onLine(text);
    if (text.trim() === "") return;
    kept.push(text);
    characters += text.length;
    while (kept.length > LINES_MAX || (characters > CHARACTERS_MAX && kept.length > 1)) characters -= kept.shift()?.length ?? 0;
  };

  return {
    push(chunk) {
      const parts = decoder.write(chunk).split("\n");
      const last = parts.pop() ?? "";
      for (const part of parts) {
        finish((open + part).slice(0, LINE_CHARACTERS_MAX));
        open = "";
      }
      open = (open + last).slice(0, LINE_CHARACTERS_MAX);
    },
    lines: () => (open.trim() === "" ? [...kept] : [...kept, open].slice(-LINES_MAX)),
  };
}
