import { textSetting, type Environment } from "../kit/server-settings.ts";
import { spellings } from "../kit/spellings.ts";
import { authenticationFailed } from "./gateway-error.ts";
import type { ApiConfig } from "./read-apis-file.ts";

/** The secrets of this server: read from the environment when they are used, and taken out of whatever is told. */
export interface SecretWords {
  /** @throws ToolError `AuthenticationFailed` - the variable is not set */
  read(apiName: string, variable: string): string;
  /** From now on this is a secret too, such as a token. */
  learn(word: string): void;
  hide(text: string): string;
}

/** What is shorter stands in ordinary words, and hiding it would tell more than leaving it. */
const CHARACTERS_MIN = 6;
const LEARNT_MAX = 100;

export function secretWords(apis: ReadonlyMap<string, ApiConfig>, environment: Environment): SecretWords {
  const variables = [...apis.values()].flatMap(({ auth }) => variablesOf(auth));
  const configured = variables.flatMap((variable) => textSetting(environment, variable) ?? []).flatMap(hiddenSpellings);
  let learnt: readonly string[] = [];
  // The longest first, because one may be a part of another.
  const sorted = (): readonly string[] => [...configured, ...learnt].toSorted((one, other) => other.length - one.length);
  let words = sorted();
  return {
    read(apiName, variable) {
      const value = textSetting(environment, variable);
      if (value === undefined) throw authenticationFailed(`the secret of "${apiName}" is not set: the variable ${variable} of this server`);
      return value;
    },
    learn(word) {
      const fresh = hiddenSpellings(word);
      // Once each: what every call learns anew would else push out what is learnt once in an hour.
      learnt = [...learnt.filter((known) => !fresh.includes(known)), ...fresh].slice(-LEARNT_MAX);
      words = sorted();
    },
    hide(text) {
      if (text.length < CHARACTERS_MIN) return text;
      return words.reduce((shown, word) => shown.replaceAll(word, "***"), text);
    },
  };
}

/** Which variables an API needs. */
export function variablesOf(auth: ApiConfig["auth"]): readonly string[] {
  switch (auth.kind) {
    case "none":
      return [];
    case "api_key":
    case "bearer":
      return [auth.secret];
    case "basic":
      return [auth.user, auth.secret];
    case "oauth2":
      return [auth.client_id, auth.secret];
  }
}

function hiddenSpellings(word: string): readonly string[] {
  const all = [...spellings(word), Buffer.from(word).toString("base64")];
  return [...new Set(all)].filter((spelling) => spelling.length >= CHARACTERS_MIN);
}
