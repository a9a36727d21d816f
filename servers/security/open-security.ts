import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openExchange } from "../kit/files/exchange.ts";
import { referenceServer } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, exchangeDirectory, numberSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import { openAccessTokens, TOKENS_SCHEMA } from "./access-tokens.ts";
import { AUDIT_SCHEMA, openAuditLog } from "./audit-log.ts";
import { auditLog } from "./audit-log-tool.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { secretChecking } from "./check-secret.ts";
import { openClients } from "./clients.ts";
import { encrypt } from "./encrypt.ts";
import { GRANTS_SCHEMA, openGrants } from "./grants.ts";
import { KEY_RING_SCHEMA, openKeyRing } from "./key-ring.ts";
import { openPolicy } from "./policy.ts";
import { openRootKey } from "./root-key.ts";
import { openSigningKey, SIGNING_KEY_SCHEMA } from "./signing-key.ts";

const SCHEMA = [SIGNING_KEY_SCHEMA, KEY_RING_SCHEMA, TOKENS_SCHEMA, GRANTS_SCHEMA, AUDIT_SCHEMA];

/** The server that says who is who and who may what, seals files, and keeps the audit log. README.md says what its variables mean. */
export async function openSecurity(environment: Environment, nowMs: () => number = Date.now): Promise<OpenServer> {
  const directory = stateDirectory("security", environment);
  const lifetimeSeconds = numberSetting(environment, "TOKEN_SECONDS", { fallback: 300, min: 10, max: 3_600 });
  const clients = await openClients(environment);
  const policy = openPolicy(environment);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const root = openRootKey(directory, textSetting(environment, "SECURITY_KEY_FILE"));
  using opening = new DisposableStack();
  const state = opening.use(openState({ path: join(directory, "security.db"), schema: SCHEMA }));
  const key = openSigningKey(state, root);
  const ring = openKeyRing(state, root);
  const tokens = openAccessTokens({ state, key, lifetimeSeconds, nowMs });
  const grants = openGrants(state, nowMs);
  const log = openAuditLog(state, key);
  const exchange = openExchange(exchangeDirectory(environment));
  const opened = opening.move();
  return {
    server: referenceServer({
      name: "security",
      instructions:
        "Gives programs short-lived tokens, decides who may do what, seals files with keys that never leave this server, and keeps an audit log in which no change goes unnoticed.",
      state,
      tools: [
        authenticate({ tokens, log, checkSecret: secretChecking(clients, nowMs) }),
        authorize({ policy, grants, tokens, log, nowMs }),
        encrypt({ ring, exchange, log }),
        auditLog(log),
      ],
      status: () => ({
        status: "healthy",
        facts: {
          clients: clients.count,
          roles: policy.roleCount,
          grants: grants.count(),
          revoked_tokens: tokens.revokedCount(),
          token_seconds: lifetimeSeconds,
          sealing_keys: ring.count(),
          audit_entries: log.count(),
          public_key: { ...key.jwk },
        },
      }),
    }),
    [Symbol.asyncDispose]: async () => opened.dispose(),
  };
}
