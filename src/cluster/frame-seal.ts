import { createHmac, timingSafeEqual } from "node:crypto";

/** `,"mac":"`, 43 characters of base64url, `"}`. */
const MAC_CHARACTERS = 43;
const MAC_START = ',"mac":"';
const TAIL_CHARACTERS = MAC_START.length + MAC_CHARACTERS + 2;
const COUNTER = /,"counter":(\d{1,15})$/;

/**
 * Seals the frames that one side sends: adds a counter and an HMAC-SHA256 of all that stands before it. What comes out is
 * still the same JSON object, with two more members at its end.
 */
export class FrameSeal {
  readonly #key: Buffer;
  #count = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** @param json - the text of an object that is not empty */
  seal(json: string): string {
    this.#count += 1;
    const sealed = `${json.slice(0, -1)},"counter":${this.#count}`;
    return `${sealed}${MAC_START}${macOf(this.#key, sealed)}"}`;
  }
}

/** Opens the frames that the other side has sealed, in the order in which it has. */
export class FrameOpener {
  readonly #key: Buffer;
  #count = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The text as it was before it was sealed; undefined for what is not the next frame of the other side, unchanged. */
  open(text: string): string | undefined {
    const sealed = text.slice(0, -TAIL_CHARACTERS);
    const tail = text.slice(sealed.length);
    if (!tail.startsWith(MAC_START) || !tail.endsWith('"}')) return undefined;
    const given = Buffer.from(tail.slice(MAC_START.length, -2));
    const right = Buffer.from(macOf(this.#key, sealed));
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    const counter = COUNTER.exec(sealed.slice(-32));
    if (counter === null || Number(counter[1]) !== this.#count + 1) return undefined;
    this.#count += 1;
    return `${sealed.slice(0, -counter[0].length)}}`;
  }
}

function macOf(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}
