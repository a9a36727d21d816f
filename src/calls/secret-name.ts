/** Words that make a name one of a secret wherever they stand in it: `db_password`, `clientSecretKey`. */
const WORDS: ReadonlySet<string> = new Set([
  "password",
  "passwords",
  "passwd",
  "passphrase",
  "passcode",
  "pwd",
  "secret",
  "secrets",
  "credential",
  "credentials",
  "authorization",
  "cookie",
  "cookies",
  "cvv",
  "cvc",
  "cvv2",
  "cvc2",
  "ssn",
  "otp",
]);

/** Words that make a name one of a secret at its end: `session_token`, but not `token_count` or `max_tokens`. */
const LAST_WORDS: ReadonlySet<string> = new Set(["token", "jwt", "bearer", "pin", "pass"]);

/** Names of several words that stand for a secret together, also as a part of a longer name. */
const NAMES = [
  "apikey",
  "privatekey",
  "accesskey",
  "signingkey",
  "encryptionkey",
  "cardnumber",
  "creditcard",
  "socialsecurity",
  "securitycode",
  "setcookie",
];

const REMEMBERED_MAX = 10_000;

/** The same few names come again with every call. */
const remembered = new Map<string, boolean>();

/** Whether a field of this name holds a secret by all experience: `password`, `access_token`, `cardNumber`, `X-Api-Key`. */
export function isSecretName(name: string): boolean {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const found = looksSecret(name.slice(0, 200));
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(name, found);
  return found;
}

/** A name without what people spell differently: `Card-Number`, `card_number` and `cardNumber` give `cardnumber`. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[_\-\s.]/g, "");
}

function looksSecret(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const plain = words.join("");
  return (
    words.some((word) => WORDS.has(word)) ||
    LAST_WORDS.has(words.at(-1) ?? "") ||
    WORDS.has(plain) ||
    NAMES.some((secret) => plain.includes(secret)) ||
    /(?:password|secret|token)$/.test(plain)
  );
}
