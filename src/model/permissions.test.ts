import { expect, test } from "vitest";
import type { AccessConfig } from "./access.ts";
import { allows, grantedPermissions, PERMISSION } from "./permissions.ts";

test.each<readonly [string, string, boolean]>([
  ["payments:charge", "payments:charge", true],
  ["payments:*", "payments:charge", true],
  ["payments:*", "payments:charge:large", true],
  ["payments:charge:*", "payments:charge:large", true],
  ["payments:*", "payments:*", true],
  ["payments:charge", "payments:*", false],
  ["payments:charge:*", "payments:charge", false],
  ["payments:*", "payments2:charge", false],
  ["payments:*", "payments", false],
  ["pay:*", "payments:charge", false],
  ["*:charge", "payments:charge", false],
  ["payments:*:large", "payments:charge:large", false],
  ["*", "payments:charge", false],
  [":*", "payments:charge", false],
  ["Payments:charge", "payments:charge", false],
  ["payments:charge ", "payments:charge", false],
])("whether %s allows %s: %s", (granted, needed, expected) => {
  expect(allows([granted], needed)).toBe(expected);
});

test("nothing is allowed to nobody", () => {
  expect(allows([], "payments:charge")).toBe(false);
});

test.each(["*", "*:*", "payments", ":charge", "payments:", "payments::charge", "payments:ch*", "payments:*:large", "a b:c", "a:b\n", ""])(
  "%j is no permission",
  (text) => {
    expect(PERMISSION.test(text)).toBe(false);
  },
);

const access: AccessConfig = {
  roles: { clerk: ["orders:read"], manager: ["orders:*", "payments:charge"] },
  tenants: { acme: { roles: { manager: ["orders:write"], auditor: [] } }, globex: { roles: {} } },
};

test.each([
  ["those of the token", { permissions: ["b:c", "a:b", "b:c"] }, ["a:b", "b:c"]],
  ["those of the roles", { tenant: "globex", roles: ["manager", "clerk"] }, ["orders:*", "orders:read", "payments:charge"]],
  ["those that the tenant gives to a role, in place of the others", { tenant: "acme", roles: ["manager"] }, ["orders:write"]],
  ["none, where the tenant gives none to a role", { tenant: "acme", roles: ["auditor"] }, []],
  ["none of a role that nobody knows", { tenant: "acme", roles: ["constructor", "__proto__", "root"] }, []],
  ["those of the roles of all, without a tenant of that name", { tenant: "toString", roles: ["clerk"] }, ["orders:read"]],
  ["none for nobody", {}, []],
])("permissions are %s", (_, grantee, expected) => {
  expect(grantedPermissions(grantee, access)).toEqual(expected);
});
