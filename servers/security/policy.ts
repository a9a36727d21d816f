import { z } from "zod";
import { type Environment, textSetting } from "../kit/server-settings.ts";
import { readSettingsFile } from "./read-settings-file.ts";
import { matches, PATTERN_CHARACTERS_MAX } from "./wildcard.ts";

/** Who may do what, as roles say: nothing that no role allows, and nothing that one forbids. */
export interface Policy {
  rolesOf(tenant: string, subject: string): readonly string[];
  decide(asked: AccessQuestion): Decision;
  readonly roleCount: number;
}

export interface AccessQuestion {
  readonly tenant: string;
  readonly subject: string;
  readonly action: string;
  readonly resource: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Whether it is forbidden, so that no grant allows it. */
  readonly forbidden?: boolean;
  readonly reason: string;
}

const pattern = z.string().min(1).max(PATTERN_CHARACTERS_MAX);

const permission = z.strictObject({
  actions: z.array(pattern).min(1).max(100),
  resources: z.array(pattern).min(1).max(100).default(["**"]),
  effect: z.enum(["allow", "deny"]).default("allow"),
});

const policyFile = z.strictObject({
  roles: z.record(
    z.string().min(1).max(100),
    z.strictObject({
      permissions: z.array(z.union([pattern.transform((action) => permission.parse({ actions: [action] })), permission])).max(200),
      inherits: z.array(z.string().max(100)).max(50).default([]),
    }),
  ),
  bindings: z
    .array(z.strictObject({ tenant: pattern.default("default"), subject: pattern, roles: z.array(z.string().max(100)).min(1).max(50) }))
    .max(10_000),
});

type Role = z.output<typeof policyFile>["roles"][string];

/** Without `POLICY_FILE` nobody may do anything. @throws Error - what is wrong with the file */
export function openPolicy(environment: Environment): Policy {
  const path = textSetting(environment, "POLICY_FILE");
  const { roles: written, bindings } = path === undefined ? { roles: {}, bindings: [] } : readSettingsFile("POLICY_FILE", path, policyFile);
  const roles = new Map(Object.entries(written));
  refuseUnknown([...[...roles.values()].flatMap(({ inherits }) => inherits), ...bindings.flatMap((binding) => binding.roles)], roles);
  const rolesOf = (tenant: string, subject: string): readonly string[] => {
    const bound = bindings.filter((binding) => matches(binding.tenant, tenant) && matches(binding.subject, subject));
    return withInherited(
      bound.flatMap((binding) => binding.roles),
      roles,
    );
  };
  return {
    rolesOf,
    decide({ tenant, subject, action, resource }) {
      const found = rolesOf(tenant, subject).flatMap((name) =>
        (roles.get(name)?.permissions ?? []).filter((rule) => covers(rule, action, resource)).map(({ effect }) => ({ name, effect })),
      );
      const deny = found.find(({ effect }) => effect === "deny");
      if (deny !== undefined) return { allowed: false, forbidden: true, reason: `the role "${deny.name}" forbids it` };
      const [allow] = found;
      return allow === undefined
        ? { allowed: false, reason: "no role allows it" }
        : { allowed: true, reason: `the role "${allow.name}" allows it` };
    },
    roleCount: roles.size,
  };
}

function covers({ actions, resources }: z.output<typeof permission>, action: string, resource: string): boolean {
  return actions.some((one) => matches(one, action)) && resources.some((one) => matches(one, resource));
}

function refuseUnknown(names: readonly string[], roles: ReadonlyMap<string, Role>): void {
  const unknown = new Set(names.filter((name) => !roles.has(name)));
  if (unknown.size > 0) throw new Error(`POLICY_FILE: there is no role ${[...unknown].map((name) => `"${name}"`).join(", ")}`);
}

/** Roles may inherit in a circle: each is there once. */
function withInherited(names: readonly string[], roles: ReadonlyMap<string, Role>): readonly string[] {
  const all = new Set(names);
  for (const name of all) for (const inherited of roles.get(name)?.inherits ?? []) all.add(inherited);
  return [...all];
}
