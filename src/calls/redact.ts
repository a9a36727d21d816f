import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import { isSecretName, plainName } from "./secret-name.ts";

/** What stands in place of a value that is nobody's business. */
const REDACTED = "[redacted]";

/** What stands in place of what would make the whole too large. */
const CUT = "[cut]";

const DEPTH_MAX = 32;

/** So much of a long text is looked at behind the place where it is cut: what begins before is then whole. */
const LOOK_AHEAD = 1_024;

/**
 * Secrets that show in the text itself: credentials of HTTP, passwords in addresses, JSON Web Tokens, private keys, and
 * what is named in a text as it would be in a field (`password=x`, `{"api_key": "x"}`). All take time proportional to the
 * text.
 */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/(:\/\/[^\s:/@]{0,200}):[^\s/@]{1,500}@/g, `$1:${REDACTED}@`],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, REDACTED],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g, REDACTED],
  [
    /((?:password|passwd|passphrase|secret|(?:access|refresh|auth|id|session)[_-]?token|api[_-]?key)[\\"']{0,3}\s{0,3}[:=]\s{0,3}[\\"']{0,3})[^\s\\"'&,;}[]{1,500}/gi,
    `$1${REDACTED}`,
  ],
];

/**
 * Data as it may be kept: without the values of sensitive fields at any depth, and no larger than about `limitBytes`.
 *
 * @param sensitive - names of fields beside those that are always sensitive (`password`, `access_token`, ...); case, `_`
 * and `-` make no difference
 */
export function redact(value: Json, sensitive: readonly string[], limitBytes: number = Number.POSITIVE_INFINITY): Json {
  return new Redaction(sensitive, limitBytes).part(value, 0);
}

/**
 * Text that may repeat what was in some arguments: without the values of their sensitive fields.
 *
 * @param sensitive - as for `redact`; undefined when any field may be
 */
export function redactText(text: string, said: Json, sensitive: readonly string[] | undefined): string {
  const names = new Set(sensitive?.map(plainName));
  // A value that contains another one must go first, or a part of it would stay.
  const values = sensitiveTexts(said, names, { inside: sensitive === undefined, depth: 0 }).sort(
    (left, right) => right.length - left.length,
  );
  return withoutSecretTexts(values.reduce((clean, value) => clean.replaceAll(value, REDACTED), text));
}

/** One pass over a value, which stops where the room is used up: what is large must not cost much. */
class Redaction {
  readonly #names: ReadonlySet<string>;
  #left: number;

  constructor(sensitive: readonly string[], limitBytes: number) {
    this.#names = new Set(sensitive.map(plainName));
    this.#left = limitBytes;
  }

  part(value: Json, depth: number): Json {
    if (this.#left <= 0 || depth > DEPTH_MAX) return CUT;
    if (typeof value === "string") return this.#text(value);
    if (isJsonArray(value)) return this.#list(value, depth);
    if (isJsonObject(value)) return Object.fromEntries(this.#members(value, depth));
    this.#left -= 6;
    return value;
  }

  #text(value: string): string {
    const looked = value.length > this.#left ? value.slice(0, this.#left + LOOK_AHEAD) : value;
    const clean = withoutSecretTexts(looked);
    const kept = clean.length > this.#left ? `${clean.slice(0, this.#left)}…` : clean;
    this.#left -= kept.length + 2;
    return kept;
  }

  #redacted(): string {
    this.#left -= REDACTED.length + 2;
    return REDACTED;
  }

  #list(value: readonly Json[], depth: number): Json {
    this.#left -= 2;
    const kept: Json[] = [];
    for (const element of value) {
      this.#left -= 1;
      kept.push(this.part(element, depth + 1));
      if (this.#left <= 0) break;
    }
    return kept.length < value.length ? [...kept, CUT] : kept;
  }

  *#members(value: { readonly [key: string]: Json }, depth: number): Generator<[string, Json]> {
    this.#left -= 2;
    for (const [key, member] of Object.entries(value)) {
      if (this.#left <= 0) {
        yield ["…", CUT];
        return;
      }
      const name = key.length > this.#left ? `${key.slice(0, this.#left)}…` : key;
      this.#left -= name.length + 4;
      yield [name, isSensitive(key, this.#names) ? this.#redacted() : this.part(member, depth + 1)];
    }
  }
}

function isSensitive(key: string, names: ReadonlySet<string>): boolean {
  return isSecretName(key) || (names.size > 0 && names.has(plainName(key)));
}

function withoutSecretTexts(text: string): string {
  return SECRET_TEXTS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

// Shorter values would blacken half of every text.
const HIDDEN_FROM_LENGTH = 4;

function sensitiveTexts(
  value: Json,
  names: ReadonlySet<string>,
  { inside, depth }: { readonly inside: boolean; readonly depth: number },
): string[] {
  if (depth > DEPTH_MAX) return [];
  if (isJsonArray(value)) return value.flatMap((element) => sensitiveTexts(element, names, { inside, depth: depth + 1 }));
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([key, member]) =>
      sensitiveTexts(member, names, { inside: inside || isSensitive(key, names), depth: depth + 1 }),
    );
  }
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return inside && text.length >= HIDDEN_FROM_LENGTH ? [text] : [];
}
