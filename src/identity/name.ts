/** Whether this can be the name of a user, a role or a session: such names are shown on terminals. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= 200 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(value);
}
