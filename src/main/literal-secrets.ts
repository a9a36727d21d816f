import type { ProjectVariable } from "../cli/host.ts";

/** A variable of the environment that must be set before a configuration can be used, and what it stands for. */
export type NeededVariable = Omit<ProjectVariable, "isSet">;

/** Where a text stands. */
export interface TextPlace {
  readonly server: string;
  readonly place: string;
  /** How the value is called there: the name of a variable, a header or an option. */
  readonly name?: string;
}

/** Takes secrets out of texts and puts variables in their place. What it has taken is nowhere kept but in its memory. */
export class SecretTaker {
  readonly #values = new Map<string, string>();
  readonly #needed: NeededVariable[] = [];

  /** All variables that stand for secrets, in the order in which they were found. */
  get needed(): readonly NeededVariable[] {
    return this.#needed;
  }

  /** The text with `${NAME}` in place of each secret in it. Text without any, or with a variable, comes back as it is. */
  withoutSecrets(text: string, at: TextPlace): string {
    if (REFERENCE.test(text)) return text;
    const scheme = /^(Bearer|Basic|Token|ApiKey) +(?=\S{8,}$)/i.exec(text)?.[0] ?? "";
    const rest = text.slice(scheme.length);
    if (scheme !== "" || isSecret(at.name ?? "", rest)) return `${scheme}${this.#take(rest, at)}`;
    // "--token=abc" and "Authorization: Bearer abc" say themselves what they are, but an address is no name with a value.
    const [, head, value = ""] = /^(-{0,2}[A-Za-z][\w-]*=|[A-Za-z][\w-]*: ?(?!\/\/))(.+)$/s.exec(text) ?? [];
    return head === undefined ? this.#withoutSecretsOfAddress(text, at) : `${head}${this.withoutSecrets(value, { ...at, name: head })}`;
  }

  /** User and password of an address, and what its query calls a key. */
  #withoutSecretsOfAddress(text: string, at: TextPlace): string {
    const withoutPassword = text.replace(
      /^([a-z][a-z0-9+.-]*:\/\/[^/?#@:\s]*:)([^/?#@\s]+)@/i,
      (_, head: string, password: string) => `${head}${this.#take(password, { ...at, name: "PASSWORD" })}@`,
    );
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return withoutPassword;
    return withoutPassword.replaceAll(/([?&])([^=&#\s]+)=([^&#\s]+)/g, (written, mark: string, name: string, value: string) =>
      isSecret(name, value) ? `${mark}${name}=${this.#take(value, { ...at, name })}` : written,
    );
  }

  #take(value: string, { server, place, name = "SECRET" }: TextPlace): string {
    const plain = variableName(name);
    const own = place.startsWith("env ") ? plain : variableName(`${server}_${name}`);
    const candidates = [
      own,
      variableName(`${server}_${name}`),
      ...Array.from({ length: 100 }, (_, index) => variableName(`${server}_${name}_${index + 2}`)),
    ];
    const variable = candidates.find((candidate) => (this.#values.get(candidate) ?? value) === value) ?? own;
    if (!this.#values.has(variable)) this.#needed.push({ name: variable, server, place, was: "secret" });
    this.#values.set(variable, value);
    return `\${${variable}}`;
  }
}

/** The name that a variable of the environment would have. */
export function variableName(text: string): string {
  const name = text
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return /^[A-Z]/.test(name) ? name : `_${name}`;
}

const REFERENCE = /\$\{[^}]*\}/;

const SECRET_NAME =
  /key|token|secret|passw|pwd|passphrase|credential|authorization|cookie|dsn|connection_?string|(database|redis|mongo\w*|postgres\w*)_ur[il]|webhook/i;

/** Whether a value that is called so is a secret. */
export function isSecret(name: string, value: string): boolean {
  return isSecretValue(value) || (SECRET_NAME.test(name) && !isHarmless(value));
}

/** How keys of well-known services begin. */
const KNOWN_SECRET =
  /^(sk-|sk_|pk_|rk_|gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|xapp-|AKIA|ASIA|AIza|ya29\.|npm_|hf_|pypi-|dop_v1_|shpat_|SG\.|lin_api_|ntn_|secret_|eyJ[\w-]+\.)|-----BEGIN /;

/** Whether a value is a secret, whatever it is called. */
function isSecretValue(value: string): boolean {
  if (KNOWN_SECRET.test(value)) return true;
  // Long, without anything that paths, addresses, names of packages and ids have, and of digits and letters.
  return value.length >= 24 && /^[A-Za-z0-9+_=-]+$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value) && !IDENTIFIER.test(value);
}

const IDENTIFIER =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^[a-z]+([-_][a-z0-9]{1,12})+$|^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

/** What is no secret, although it is called so: switches, numbers, and files that have the secret in them. */
function isHarmless(value: string): boolean {
  return value === "" || /^(true|false|yes|no|on|off|none|null|\d{1,6})$/i.test(value) || /^([~.]{0,2}\/|[A-Za-z]:\\)/.test(value);
}
