import type { ApiKey } from "./serve-settings.ts";

/** Who asks, as far as it is known for certain: from a verified token, or from the configuration of a single user. */
export interface Identity {
  readonly tenant?: string;
  readonly userId?: string;
  readonly sessionId?: string;
  readonly roles: readonly string[];
  /** `resource:action`. Those that the configuration gives to the roles come on top. */
  readonly permissions: readonly string[];
  readonly authMethod: "jwt" | "api_key" | "none";
  readonly tokenExpiresAtMs?: number;
  /** The user in whose name this one acts; only with the permission to. */
  readonly onBehalfOf?: string;
}

/** What roles may do, and for whom a file works when nobody has to say who he is. */
export interface AccessConfig {
  /** How tokens are verified. Without it no token is needed, and none is believed. */
  readonly identity?: IdentityConfig;
  /** The tenant of everything, when there is no `identity`. */
  readonly tenant?: string;
  /** Permissions by role, of all tenants. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** By tenant; a role that a tenant has too is the tenant's. */
  readonly tenants: Readonly<Record<string, TenantConfig>>;
  /** Permissions of everybody who is let in. Default: `tutti:read`, `tutti:run`, `tutti:write`. */
  readonly everyone?: readonly string[];
  /** Credentials for programs. With one or more, everybody has to say who he is. */
  readonly apiKeys?: readonly ApiKey[];
}

export interface TenantConfig {
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

/** What makes a token a good one. */
export interface IdentityConfig {
  readonly issuer: string;
  readonly audience: string;
  /** A file, absolute, or an `https:` address (`http:` only of this machine). */
  readonly keys: { readonly kind: "file"; readonly file: string } | { readonly kind: "url"; readonly url: string };
  /** Default: `tenant`, `tenant_id`, `organization`, `org_id`, the first that the token has. */
  readonly tenantClaim?: string;
  /** Default RS256, PS256, ES256, ES384, EdDSA. Never `none`, and none with a shared secret. */
  readonly algorithms?: readonly string[];
}
