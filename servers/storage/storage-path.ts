import { pathParts } from "../kit/files/confined-path.ts";
import { refuse } from "../kit/reference-server.ts";

/**
 * Checks a path of a stored file: absolute, in one spelling only. It is a name in the index and never a path on a disk.
 *
 * @throws ToolError - it is none
 */
export function storagePath(path: string): string {
  if (!path.startsWith("/"))
    throw refuse(`"${path.slice(0, 200)}" is no path of a file: "/folder/name" is wanted, with / at the beginning`);
  pathParts(path.slice(1));
  // Two names that look alike would be two files, and a policy for one would not hold for the other.
  if (path.normalize("NFC") !== path) throw refuse("the path is not in Unicode's normal form (NFC)");
  if (INVISIBLE.test(path)) throw refuse("the path has characters that cannot be seen");
  return path;
}

/** Checks what the paths of files begin with: `/`, or whole folders. */
export function storagePrefix(prefix: string): string {
  if (prefix === "/") return prefix;
  storagePath(prefix.endsWith("/") ? prefix.slice(0, -1) : prefix);
  return prefix;
}

/** Whether the path is under the policy of one of the prefixes, however it is written. */
export function isBelow(path: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => folded(path).startsWith(folded(prefix)));
}

/** Control, format and bidirectional characters, line separators, and those that are no characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}]/u;

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
