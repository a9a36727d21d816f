import { readFile, stat } from "node:fs/promises";
import { parseEnv } from "node:util";
import { isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { Secrets } from "../ports/secrets.ts";
import { readConfigDocument } from "./config-document.ts";
import { isOpenToOthers } from "./is-open-to-others.ts";

/** Where secrets are looked for. */
export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: string;
  /** Told once what is wrong with the file: it cannot be read, or others can read it too. */
  readonly warn: (message: string) => void;
}

/** All secrets at once, for the process that drives executions in our place. */
export interface AllSecrets {
  all(): Promise<Readonly<Record<string, string>>>;
}

const PREFIX = "TUTTI_SECRET_";

/**
 * Looks up `NAME` as the environment variable `TUTTI_SECRET_NAME`, then in the secrets file.
 *
 * Only variables with that prefix are secrets of workflows: a workflow that somebody sends must not be able to read
 * whatever else is in the environment. The file is read anew for every look-up, so that a changed secret is used.
 */
export function openSecrets(sources: SecretSources): Secrets & AllSecrets {
  let warned = false;
  const warnOnce = (message: string): void => {
    if (!warned) sources.warn(message);
    warned = true;
  };
  return {
    async get(name) {
      const fromEnvironment = sources.environment[`${PREFIX}${name}`];
      if (fromEnvironment !== undefined || sources.file === undefined) return fromEnvironment;
      const secrets = await readSecretsFile(sources.file, warnOnce);
      return Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    },
    async all() {
      const fromFile = sources.file === undefined ? {} : await readSecretsFile(sources.file, warnOnce);
      return { ...fromFile, ...secretsOf(sources.environment) };
    },
  };
}

function secretsOf(environment: SecretSources["environment"]): Readonly<Record<string, string>> {
  const named = Object.entries(environment).filter(([name]) => name.startsWith(PREFIX));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(PREFIX.length), value ?? ""]));
}

async function readSecretsFile(file: string, warn: (message: string) => void): Promise<Readonly<Record<string, string>>> {
  try {
    const [text, status] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    if (isOpenToOthers(status)) warn(`the secrets file ${file} can be read by other users - "chmod 600 ${file}" keeps it to yourself`);
    if (!/\.(ya?ml|json)$/i.test(file)) return parseEnv(text) as Readonly<Record<string, string>>;
    return texts(readConfigDocument(text, file).value);
  } catch (error) {
    warn(`cannot read the secrets file ${file}: ${(error as Error).message}`);
    return {};
  }
}

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [name, member] of Object.entries(isJsonObject(value) ? value : {})) {
    if (typeof member === "string") result[name] = member;
    else if (typeof member === "number" || typeof member === "boolean") result[name] = `${member}`;
  }
  return result;
}
