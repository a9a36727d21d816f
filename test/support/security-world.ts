import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type HeldServer, hold } from "./reference-server.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { openSecurity } from "../../servers/security/open-security.ts";
import { hashSecret } from "../../servers/security/secret-hash.ts";

export const SECRET = "a secret for tests only";

/** A folder with clients and a policy, for tests, and servers on it. Disposing removes it. */
export interface SecurityWorld extends Disposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly database: string;
  /** A file in the exchange of the tenant `acme`. */
  file(name: string): string;
  write(name: string, content: string | Uint8Array): void;
  read(name: string): Buffer;
  hold(nowMs?: () => number): Promise<HeldServer>;
}

const HASH = await hashSecret(SECRET);

const CLIENTS = [
  { client_id: "etl", tenant: "acme", secret_hash: HASH, scopes: ["data:*", "security:grant", "model:read"] },
  { client_id: "etl", tenant: "globex", secret_hash: HASH, scopes: ["data:read"] },
];

const POLICY = {
  roles: {
    reader: { permissions: [{ actions: ["data:read"], resources: ["/data/**"] }, "model:read"] },
    writer: { permissions: [{ actions: ["data:*"], resources: ["/data/**"] }], inherits: ["reader"] },
    careful: { permissions: [{ actions: ["**"], resources: ["/data/secret/**"], effect: "deny" }] },
    granter: { permissions: ["security:grant"] },
  },
  bindings: [
    { tenant: "acme", subject: "etl", roles: ["writer", "granter"] },
    { tenant: "acme", subject: "report-*", roles: ["reader", "careful"] },
    { tenant: "globex", subject: "etl", roles: ["reader"] },
  ],
};

export function securityWorld(policy: object = POLICY): SecurityWorld {
  const folder = temporaryDirectory();
  const { path } = folder;
  writeFileSync(join(path, "clients.json"), JSON.stringify({ clients: CLIENTS }));
  writeFileSync(join(path, "policy.json"), JSON.stringify(policy));
  const environment = {
    STATE_DIR: join(path, "state"),
    EXCHANGE_DIR: join(path, "exchange"),
    CLIENTS_FILE: join(path, "clients.json"),
    POLICY_FILE: join(path, "policy.json"),
  };
  const file = (name: string): string => join(path, "exchange", "acme", name);
  return {
    environment,
    database: join(path, "state", "security.db"),
    file,
    write(name, content) {
      mkdirSync(dirname(file(name)), { recursive: true });
      writeFileSync(file(name), content);
    },
    read: (name) => readFileSync(file(name)),
    hold: async (nowMs) => await hold(openSecurity(environment, nowMs)),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** A token of the client `etl`. */
export async function tokenOf(server: HeldServer, scope?: string): Promise<string> {
  const asked = { client_id: "etl", client_secret: SECRET, ...(scope === undefined ? {} : { scope }) };
  const { access_token: token } = await server.call<{ access_token: string }>("authenticate", asked);
  return token;
}
