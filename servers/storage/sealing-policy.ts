import { refuse } from "../kit/reference-server.ts";
import { readSealedHeader } from "../kit/sealing/sealed-header.ts";
import { isBelow } from "./storage-path.ts";
import type { StoragePolicy } from "./storage-service.ts";

interface Sealing {
  readonly tenant: string;
  readonly path: string;
  readonly sealedOnly: boolean;
}

/**
 * Whether the content is sealed. Where it must be, it must be sealed for this tenant and this path: what was sealed for
 * another place must not take this one.
 *
 * @throws ToolError - it must be, and is not
 */
export function checkSealing(content: string, { tenant, path, sealedOnly }: Sealing, { sealedPrefixes }: StoragePolicy): boolean {
  const header = readSealedHeader(content);
  if (!sealedOnly && !isBelow(path, sealedPrefixes)) return header !== undefined;
  if (header === undefined)
    throw refuse(`"${path}" takes sealed files only, and this one is not sealed: encrypt it first (the security server does)`);
  if (header.tenant !== tenant) throw refuse("the file was sealed for another tenant");
  if (header.path !== path)
    throw refuse(`the file was sealed for "${header.path.slice(0, 200)}", and not for "${path}": encrypt it with this path`);
  return true;
}
