import { filled, listOf, oneOrMore, recordOf } from "../definition/collection-types.ts";
import { choice, permission, text } from "../definition/scalar-types.ts";
import type { Field } from "../definition/shape.ts";
import { shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import type { TenantConfig } from "../model/access.ts";
import { EVERYONE } from "../model/permissions.ts";
import { TENANT } from "../envelope/tenant.ts";
import { apiKeysEntry, TENANT_SHAPED, tenantName } from "./api-key-entry.ts";
import type { ApiKeyEntry } from "./api-key-entry.ts";

/** Who may do what, as it stands in `tutti.yaml`. */
export interface AccessEntry {
  readonly identity?: IdentityEntry;
  readonly tenant?: string;
  readonly roles?: Roles;
  readonly tenants?: Readonly<Record<string, TenantEntry>>;
  readonly apiKeys?: readonly ApiKeyEntry[];
  readonly defaultPermissions?: readonly string[];
}

export interface IdentityEntry {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: string;
  readonly tenantClaim?: string;
  readonly algorithms?: readonly string[];
}

type Roles = TenantConfig["roles"];

interface TenantEntry {
  readonly roles?: Roles;
}

/** An object with something for each tenant. */
export function byTenant<T>(item: ValueType<T>): ValueType<Readonly<Record<string, T>>> {
  return recordOf(item, { most: 100_000, key: TENANT, keyShaped: TENANT_SHAPED });
}

const roles = recordOf(oneOrMore(permission, 1_000), { most: 10_000 });

const identity = shape<IdentityEntry>("identity", {
  issuer: { key: "issuer", type: text(2_048), required: true, about: "who makes the tokens, exactly as their iss says" },
  audience: { key: "audience", type: text(2_048), required: true, about: "for whom they must be made, exactly as their aud says" },
  jwks: {
    key: "jwks",
    type: text(4_096),
    required: true,
    about: "the public keys of the issuer: a JWKS file, relative to this file, or its https address",
  },
  tenantClaim: {
    key: "tenant_claim",
    type: text(),
    about: "the claim that names the tenant; tenant, tenant_id, organization or org_id if not given",
  },
  algorithms: {
    key: "algorithms",
    // A shared secret would have to be given to everybody who verifies, and each of them could make tokens then.
    type: filled(listOf(choice("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"), 11)),
    about: "how tokens may be signed; RS256, PS256, ES256, ES384 and EdDSA if not given",
  },
});

/** The keys of `tutti.yaml` about who may do what, as docs/configuration.md lists them. */
export const ACCESS_FIELDS: {
  readonly [Key in keyof AccessEntry]-?: Field<Exclude<AccessEntry[Key], undefined>>;
} = {
  identity: { key: "identity", type: identity, about: "how it is known who asks; without it nobody has to say who they are" },
  tenant: { key: "tenant", type: tenantName, about: "the tenant of everything, when there is no identity" },
  roles: { key: "roles", type: roles, about: "what each role may do, such as payments:charge" },
  tenants: {
    key: "tenants",
    type: byTenant(shape<TenantEntry>("tenant", { roles: { key: "roles", type: roles, about: "what roles may do there instead" } })),
    about: "what differs for single tenants",
  },
  apiKeys: {
    key: "api_keys",
    type: apiKeysEntry,
    about: "credentials for programs; with one or more, everybody has to say who they are",
  },
  defaultPermissions: {
    key: "default_permissions",
    type: listOf(permission, 1_000),
    about: `what everybody may who is let in; ${EVERYONE.join(", ").replace(/, ([^,]*)$/, " and $1")} if not given`,
  },
};
