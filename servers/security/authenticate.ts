import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { writeAudit } from "./audit-events.ts";
import type { AuditLog } from "./audit-log.ts";
import type { CheckSecret } from "./check-secret.ts";
import { type Client, SCOPE_TOKEN } from "./clients.ts";
import { matches } from "./wildcard.ts";

const input = z.strictObject({
  operation: z
    .enum(["token", "introspect", "revoke"])
    .default("token")
    .describe("token gives one, introspect says what a token is good for, revoke ends one before its time"),
  client_id: z.string().min(1).max(200).optional().describe("Which client asks; needed for token"),
  client_secret: z.string().min(1).max(500).optional().describe("The secret of the client; needed for token"),
  scope: z
    .string()
    .max(4_000)
    .optional()
    .describe(
      'For token: what it is to be good for, separated by spaces, such as "storage:read model:train". Default: all that the client may',
    ),
  token: z.string().min(1).max(8_000).optional().describe("For introspect and revoke: the token"),
});

const output = z.object({
  access_token: z.string().optional().describe("A JSON Web Token, signed with EdDSA"),
  token_type: z.literal("Bearer").optional().describe("How to use it"),
  expires_in: z.int().optional().describe("Seconds"),
  scope: z.string().optional().describe("What the token is good for"),
  active: z.boolean().optional().describe("Whether the token is valid; of one that is not, nothing else is said"),
  client_id: z.string().optional().describe("Whose token it is"),
  tenant: z.string().optional().describe("For which tenant"),
  token_id: z.string().optional().describe("Names the token, as in the audit log"),
  issued_at: z.int().optional().describe("Seconds since 1970"),
  expires_at: z.int().optional().describe("Seconds since 1970"),
  revoked: z.boolean().optional().describe("Whether this call has ended a valid token"),
});

export interface AuthenticatePorts {
  readonly tokens: AccessTokens;
  readonly checkSecret: CheckSecret;
  readonly log: AuditLog;
}

type Asked = z.output<typeof input>;
type Answer = z.input<typeof output>;

export function authenticate(ports: AuthenticatePorts): ToolPlan {
  return defineTool({
    name: "authenticate",
    title: "Get, look at or revoke a token",
    description:
      "OAuth2 client credentials: gives a client that shows its secret an access token for a short time, tells whether a token is valid, and revokes tokens.",
    effect: "repeatable",
    // Tokens are nothing that should be found in a file; asked again, it gives another one.
    keepsAnswer: false,
    destructive: true,
    input,
    output,
    run: async (asked, scope) => {
      if (asked.operation === "token") return await giveToken(asked, ports, scope);
      if (asked.token === undefined) throw refuse(`${asked.operation} needs the token`);
      return asked.operation === "introspect" ? await introspect(asked.token, ports, scope) : await revoke(asked.token, ports, scope);
    },
  });
}

async function giveToken(
  { client_id: clientId, client_secret: secret, scope: wanted }: Asked,
  ports: AuthenticatePorts,
  scope: ToolScope,
): Promise<Answer> {
  if (clientId === undefined || secret === undefined) throw refuse("token needs client_id and client_secret");
  const event = { type: "authentication", actor: clientId, action: "token", resource: "" } as const;
  const client = await ports.checkSecret({ tenant: scope.tenant, clientId, secret }, scope.signal).catch((error: unknown) => {
    if (!scope.signal.aborted) writeAudit(ports.log, { ...event, outcome: "denied" }, scope);
    throw error;
  });
  const scopes = wanted === undefined ? client.scopes : scopesOf(wanted, client);
  const token = await ports.tokens.issue({ tenant: scope.tenant, clientId, scopes });
  const said = await ports.tokens.read(scope.tenant, token);
  const details = { token_id: said?.tokenId ?? "", scope: scopes.join(" ") };
  scope.once(() => writeAudit(ports.log, { ...event, resource: details.token_id, outcome: "success", details }, scope));
  return {
    access_token: token,
    token_type: "Bearer",
    expires_in: ports.tokens.lifetimeSeconds,
    scope: details.scope,
    token_id: details.token_id,
  };
}

function scopesOf(wanted: string, client: Client): readonly string[] {
  const scopes = [...new Set(wanted.split(" ").filter((word) => word !== ""))];
  const strange = scopes.filter((word) => !SCOPE_TOKEN.test(word));
  if (strange.length > 0 || scopes.length === 0 || scopes.length > 100)
    throw refuse('a scope is 1 to 100 words such as "storage:read", with spaces between them');
  // A wildcard is only given as it is written: what it covers otherwise depends on what it is compared with.
  const refused = scopes.filter(
    (word) => !client.scopes.includes(word) && (word.includes("*") || !client.scopes.some((one) => matches(one, word))),
  );
  if (refused.length > 0) throw refuse(`the client may not ask for ${refused.map((word) => `"${word}"`).join(", ")}`);
  return scopes;
}

async function introspect(token: string, { tokens }: AuthenticatePorts, { tenant }: ToolScope): Promise<Answer> {
  const active = await tokens.read(tenant, token);
  if (active === undefined) return { active: false };
  const { clientId, tokenId, scopes, issuedAt, expiresAt } = active;
  const said = { client_id: clientId, tenant, token_id: tokenId, scope: scopes.join(" "), issued_at: issuedAt, expires_at: expiresAt };
  return { active: true, token_type: "Bearer", ...said };
}

/** Whoever has a token may end it. One that is not valid any more is no mistake: the end is the same. */
async function revoke(token: string, { tokens, log }: AuthenticatePorts, scope: ToolScope): Promise<Answer> {
  const active = await tokens.read(scope.tenant, token);
  if (active === undefined) return { revoked: false, active: false };
  scope.once(() => {
    tokens.revoke(scope.tenant, active);
    writeAudit(
      log,
      { type: "authentication", actor: active.clientId, action: "revoke", resource: active.tokenId, outcome: "success" },
      scope,
    );
  });
  return { revoked: true, active: false, token_id: active.tokenId };
}
