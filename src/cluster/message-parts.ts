import { isJsonObject } from "../base/json.ts";

/** A frame holds at most this much: so is nothing in the way of the next one for long, and nobody keeps more for strangers. */
export const FRAME_BYTES_MAX: number = 2 ** 20;
/** A message in all its parts: a result may have 64 MiB, and is escaped once more. */
export const MESSAGE_CHARACTERS_MAX: number = 136 * 2 ** 20;
/** A character takes at most three bytes, and six where it is half of one. */
const PART_CHARACTERS = 128 * 2 ** 10;

const PART_START = '{"part":';

/** Whether a message is too long for one frame. */
export function isLong(text: string): boolean {
  return text.length > PART_CHARACTERS;
}

/** The parts of a message that is too long for one frame, made when they are needed. */
export function* partsOf(text: string): Generator<string, void> {
  const count = Math.ceil(text.length / PART_CHARACTERS);
  for (let part = 1; part <= count; part += 1) {
    const piece = text.slice((part - 1) * PART_CHARACTERS, part * PART_CHARACTERS);
    yield `${PART_START}${part},"of":${count},"text":${JSON.stringify(piece)}}`;
  }
}

/** Puts messages together again. The parts of one come in order, with whole messages between them, but not those of another. */
export class PartIntake {
  #pieces: string[] = [];
  #characters = 0;
  #of = 0;

  /** The text of a whole message; "more" while parts are missing; "broken" when they make no sense. */
  take(frame: string): { readonly text: string } | "more" | "broken" {
    if (!frame.startsWith(PART_START)) return { text: frame };
    const part = readPart(frame);
    if (part === undefined || part.part !== this.#pieces.length + 1) return "broken";
    if (part.part > 1 && part.of !== this.#of) return "broken";
    this.#of = part.of;
    this.#characters += part.text.length;
    if (this.#characters > MESSAGE_CHARACTERS_MAX || part.part > part.of) return "broken";
    this.#pieces.push(part.text);
    if (part.part < part.of) return "more";
    const text = this.#pieces.join("");
    this.#pieces = [];
    this.#characters = 0;
    return { text };
  }
}

interface Part {
  readonly part: number;
  readonly of: number;
  readonly text: string;
}

function readPart(frame: string): Part | undefined {
  let document: unknown;
  try {
    document = JSON.parse(frame);
  } catch {
    return undefined;
  }
  if (!isJsonObject(document)) return undefined;
  const { part, of, text } = document;
  if (!Number.isSafeInteger(part) || !Number.isSafeInteger(of) || typeof text !== "string") return undefined;
  return { part: Number(part), of: Number(of), text };
}
