import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import { SensitiveParts } from "./sensitive-parts.ts";

/** What stands in place of a value that is nobody's business. */
const REDACTED = "[redacted]";

/** What stands in place of what would make the whole too large. */
const CUT = "[cut]";

const DEPTH_MAX = 32;

/** So much of a long text is looked at behind the place where it is cut: what begins before is then whole. */
const LOOK_AHEAD = 1_024;

/**
 * Secrets that show in the text itself: credentials of HTTP, passwords in addresses, JSON Web Tokens, private keys, keys
 * that begin as those of well-known services do, and what is named in a text as it would be in a field (`password=x`,
 * `{"api_key": "x"}`). All take time proportional to the text.
 */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/(:\/\/[^\s:/@]{0,200}):[^\s/@]{1,500}@/g, `$1:${REDACTED}@`],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, REDACTED],
  [/\b(authorization["']?\s{0,3}:\s{0,3}["']?)(?!\s*(?:Bearer |Basic |\[))[^\r\n"'[]{1,500}/gi, `$1${REDACTED}`],
  [/\b(cookie["']?\s{0,3}:\s{0,3}["']?)(?!\s*\[)[^\r\n"'[]{1,2000}/gi, `$1${REDACTED}`],
  [
    /\b(?:A[KS]IA[A-Z0-9]{16}|gh[pousr]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{16,255}|sk-[\w-]{20,255}|xox[abeprs]-[\w-]{10,255})/g,
    REDACTED,
  ],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, REDACTED],
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
 * Text that may repeat what was in some arguments: without the values of their sensitive fields, and of limited length.
 *
 * @param sensitive - as for `redact`; undefined when any field may be
 */
export function redactText(
  text: string,
  said: Json,
  sensitive: readonly string[] | undefined,
  limitLength: number = Number.POSITIVE_INFINITY,
): string {
  const parts = new SensitiveParts(sensitive ?? []);
  // A value that contains another one must go first, or a part of it would stay.
  const values = sensitiveTexts(said, parts, { inside: sensitive === undefined, depth: 0 }).sort(
    (left, right) => right.length - left.length,
  );
  const looked = text.slice(0, 4 * limitLength);
  const known = values.reduce((clean, value) => clean.replaceAll(value, REDACTED), looked);
  const clean = withoutSecretTexts(looked.length < text.length ? values.reduce(withoutBeginning, known) : known);
  return clean.length > limitLength ? `${clean.slice(0, limitLength)}…` : clean;
}

/** The text without the beginning of a value at its end, where it was cut. */
function withoutBeginning(text: string, value: string): string {
  const head = value.slice(0, HIDDEN_FROM_LENGTH);
  for (let at = text.indexOf(head, text.length - value.length); at !== -1; at = text.indexOf(head, at + 1)) {
    if (value.startsWith(text.slice(at))) return text.slice(0, at) + REDACTED;
  }
  return text;
}

/** One pass over a value, which stops where the room is used up: what is large must not cost much. */
class Redaction {
  readonly #sensitive: SensitiveParts;
  #left: number;

  constructor(sensitive: readonly string[], limitBytes: number) {
    this.#sensitive = new SensitiveParts(sensitive);
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

  /** @param beginning - what may be shown of it */
  #redacted(beginning: string = ""): string {
    this.#left -= beginning.length + REDACTED.length + 2;
    return beginning + REDACTED;
  }

  #list(value: readonly Json[], depth: number): Json {
    this.#left -= 2;
    const kept: Json[] = [];
    for (const [place, element] of value.entries()) {
      this.#left -= 1;
      const sensitive = this.#sensitive.element(element, value[place - 1]);
      kept.push(sensitive === undefined ? this.part(element, depth + 1) : this.#redacted(sensitive.shown));
      if (this.#left <= 0) break;
    }
    return kept.length < value.length ? [...kept, CUT] : kept;
  }

  *#members(value: { readonly [key: string]: Json }, depth: number): Generator<[string, Json]> {
    this.#left -= 2;
    const isSensitive = this.#sensitive.members(value);
    for (const [key, member] of Object.entries(value)) {
      if (this.#left <= 0) {
        yield ["…", CUT];
        return;
      }
      const name = key.length > this.#left ? `${key.slice(0, this.#left)}…` : key;
      this.#left -= name.length + 4;
      yield [name, isSensitive(key) ? this.#redacted() : this.part(member, depth + 1)];
    }
  }
}

function withoutSecretTexts(text: string): string {
  return SECRET_TEXTS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

// Shorter values would blacken half of every text.
const HIDDEN_FROM_LENGTH = 4;

function sensitiveTexts(
  value: Json,
  sensitive: SensitiveParts,
  { inside, depth }: { readonly inside: boolean; readonly depth: number },
): string[] {
  if (depth > DEPTH_MAX) return [];
  if (isJsonArray(value)) {
    return value.flatMap((element, place) => {
      const own = sensitive.element(element, value[place - 1]);
      return sensitiveTexts(own?.hidden ?? element, sensitive, { inside: inside || own !== undefined, depth: depth + 1 });
    });
  }
  if (isJsonObject(value)) {
    const isSensitive = sensitive.members(value);
    return Object.entries(value).flatMap(([key, member]) =>
      sensitiveTexts(member, sensitive, { inside: inside || isSensitive(key), depth: depth + 1 }),
    );
  }
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return inside && text.length >= HIDDEN_FROM_LENGTH ? [text] : [];
}
