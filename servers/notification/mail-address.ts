import { z } from "zod";

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`);
const CHARACTERS_MAX = 254;
const LOCAL_CHARACTERS_MAX = 64;

/** One bare address, `name@example.org`: no names, no quotes, no groups, nothing that could be two. */
export const mailAddress = z
  .string()
  .max(CHARACTERS_MAX)
  .refine((text) => ADDRESS.test(text) && text.indexOf("@") <= LOCAL_CHARACTERS_MAX, 'right is "name@example.org"');

/** Whether an address is one of those listed, or at one of the domains: `name@example.org` or `@example.org`. */
export function isAmong(address: string, list: readonly string[]): boolean {
  const small = address.toLowerCase();
  return list.some((entry) => {
    const other = entry.toLowerCase();
    return other.startsWith("@") ? small.endsWith(other) : small === other;
  });
}
