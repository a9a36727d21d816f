import { z } from "zod";
import { type Environment, textSetting } from "../kit/server-settings.ts";
import { readSettingsFile } from "./read-settings-file.ts";
import { hashSecret, parseSecretHash, type SecretHash } from "./secret-hash.ts";

/** A program that may ask for tokens. */
export interface Client {
  readonly tenant: string;
  readonly clientId: string;
  /** Any of them is enough, so that a secret can be changed while both are in use. */
  readonly secrets: readonly SecretHash[];
  /** Patterns of what its tokens may be good for. */
  readonly scopes: readonly string[];
}

export interface Clients {
  find(tenant: string, clientId: string): Client | undefined;
  readonly count: number;
}

export const SECRET_CHARACTERS_MIN = 16;

/** As OAuth2 has it: no spaces, quotes or backslashes. */
export const SCOPE_TOKEN = /^[!#-[\]-~]{1,200}$/;

const secretHash = z.string().transform((text, context) => {
  const hash = parseSecretHash(text);
  if (hash !== undefined) return hash;
  context.addIssue({ code: "custom", message: 'is no hash of a secret: "node servers/security/start.ts hash-secret" makes one' });
  return z.NEVER;
});

const clientsFile = z.strictObject({
  clients: z
    .array(
      z
        .strictObject({
          client_id: z.string().min(1).max(200),
          tenant: z.string().min(1).max(200).default("default"),
          secret_hash: secretHash.optional(),
          previous_secret_hash: secretHash.optional(),
          secret_env: z.string().min(1).max(200).optional(),
          scopes: z.array(z.string().regex(SCOPE_TOKEN)).max(100),
        })
        .refine(
          (client) => (client.secret_hash === undefined) !== (client.secret_env === undefined),
          "has either secret_hash or secret_env",
        ),
    )
    .max(1_000),
});

/** Without `CLIENTS_FILE` there are none. @throws Error - what is wrong with the file, or a variable that it names */
export async function openClients(environment: Environment): Promise<Clients> {
  const path = textSetting(environment, "CLIENTS_FILE");
  const { clients } = path === undefined ? { clients: [] } : readSettingsFile("CLIENTS_FILE", path, clientsFile);
  const known = new Map<string, Client>();
  for (const { client_id: clientId, tenant, secret_hash: hash, previous_secret_hash: previous, secret_env: variable, scopes } of clients) {
    const key = keyOf(tenant, clientId);
    if (known.has(key)) throw new Error(`CLIENTS_FILE: the client "${clientId}" of the tenant "${tenant}" is there twice`);
    const current = hash ?? (await hashOfVariable(environment, variable ?? ""));
    known.set(key, { tenant, clientId, scopes, secrets: previous === undefined ? [current] : [current, previous] });
  }
  return { find: (tenant, clientId) => known.get(keyOf(tenant, clientId)), count: known.size };
}

async function hashOfVariable(environment: Environment, variable: string): Promise<SecretHash> {
  const secret = textSetting(environment, variable);
  if (secret === undefined || secret.length < SECRET_CHARACTERS_MIN) {
    throw new Error(`CLIENTS_FILE: ${variable} is to hold a secret of at least ${SECRET_CHARACTERS_MIN} characters`);
  }
  const hash = parseSecretHash(await hashSecret(secret));
  if (hash === undefined) throw new Error("a hash that was just made makes no sense");
  return hash;
}

function keyOf(tenant: string, clientId: string): string {
  return JSON.stringify([tenant, clientId]);
}
