import { quoted } from "../base/visible.ts";
import { isJsonObject } from "../base/json.ts";
import { listOf, oneOrMore } from "../definition/collection-types.ts";
import { report, within } from "../definition/reading.ts";
import { permission, text, textLike } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import { converted } from "../definition/value-type.ts";
import type { ValueType } from "../definition/value-type.ts";
import { TENANT, TENANT_LENGTH_MAX } from "../envelope/tenant.ts";

/** The keys of one API key. */
export interface ApiKeyEntry {
  readonly name: string;
  readonly sha256: string;
  readonly tenant?: string;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly expiresAtMs?: number;
}

export const TENANT_SHAPED: string = `1 to ${TENANT_LENGTH_MAX} of a-z, 0-9 and "-", with a letter or digit at both ends`;

/** The name of a tenant. */
export const tenantName: ValueType<string> = textLike(TENANT, `a tenant has ${TENANT_SHAPED}`, TENANT_LENGTH_MAX);

/** A day, from the beginning of which on it is over, or a moment with its zone. */
const moment: ValueType<number> = {
  read(value, reading) {
    const isMoment = typeof value === "string" && /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(value);
    const atMs = isMoment ? Date.parse(value) : Number.NaN;
    // "2027-02-30" would be taken for a day in March.
    const isDay = isMoment && new Date(`${value.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(value.slice(8, 10));
    if (!Number.isNaN(atMs) && isDay) return atMs;
    const written = typeof value === "string" ? quoted(value) : JSON.stringify(value);
    return report(reading, "wrong-type", `${written} is no moment - write a day such as 2027-01-31, or 2027-01-31T18:00:00Z`);
  },
  print: (value) => new Date(value).toISOString(),
  schema: () => ({ type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2}))?$" }),
};

const sha256 = converted(
  textLike(/^[0-9A-Fa-f]{64}$/, "the SHA-256 of a key has 64 hexadecimal digits"),
  (digits) => digits.toLowerCase(),
  (digits) => digits,
);

const keyShape: Shape<ApiKeyEntry> = shape<ApiKeyEntry>("api_key", {
  name: {
    key: "name",
    type: textLike(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$/, 'at most 100 letters, digits, "_", ".", "@" and "-"', 100),
    required: true,
    about: "who uses it, as the audit log names them",
  },
  sha256: {
    key: "sha256",
    type: sha256,
    required: true,
    about: "the SHA-256 of the key in hexadecimal digits; the key itself stands nowhere",
  },
  tenant: { key: "tenant", type: tenantName, about: "for whom everything is done with it; the tenant of this file if not given" },
  roles: { key: "roles", type: oneOrMore(text(), 1_000), about: "the roles of whoever uses it" },
  permissions: { key: "permissions", type: oneOrMore(permission, 1_000), about: "what may be done with it, beside what its roles may" },
  expiresAtMs: { key: "expires", type: moment, about: "when it ends, such as 2027-01-31; never if not given" },
});

/** A credential for programs, as docs/configuration.md lists it. A key that stands there in the clear is refused. */
export const apiKeysEntry: ValueType<readonly ApiKeyEntry[]> = listOf<ApiKeyEntry>(
  {
    ...keyShape,
    read(value, reading) {
      if (!isJsonObject(value) || !("key" in value)) return keyShape.read(value, reading);
      const { key: _, ...others } = value;
      const message = `a key does not stand in a file: write "sha256" with what "printf %s 'THE KEY' | sha256sum" prints, and give the key to whoever uses it`;
      report(within(reading, "key"), "secret-in-file", message, { atKey: true });
      // Everything else that is wrong is told too, but not that the hash is missing, which has just been said.
      keyShape.read({ sha256: "0".repeat(64), ...others }, reading);
      return undefined;
    },
  },
  10_000,
);
