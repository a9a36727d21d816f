import { resolve } from "node:path";
import { defined } from "../base/defined.ts";
import { TuttiError } from "../model/errors.ts";
import type { AuditReader } from "../ports/audit.ts";
import { refusingAuditFaults } from "./audit-fault.ts";
import { auditPath, openAuditFileReader } from "./audit-file.ts";
import { type KeyPlace, type TrustedKeys, keyFile, publicKeyOf, readPublicKeys } from "./audit-key.ts";
import { queryAudit } from "./audit-query.ts";
import { AuditEnds } from "./audit-tables.ts";
import { verifyAudit, verifyNothing } from "./verify-audit.ts";

/** Reads the audit log of a data directory. Opens it for each question, so there is nothing to close. */
export function auditReader(options: { readonly directory: string; readonly keyFile?: string | undefined }): AuditReader {
  const directory = resolve(options.directory);
  const place: KeyPlace = { directory, ...defined({ configured: options.keyFile }) };
  return {
    async query(query) {
      using database = openAuditFileReader(auditPath(directory));
      return database === undefined ? { entries: [] } : refusingAuditFaults(directory, () => queryAudit(database, query));
    },
    async verify({ head, publicKeys }) {
      using database = openAuditFileReader(auditPath(directory));
      if (database === undefined) return verifyNothing(directory, head);
      const keys = trustedKeys(place, publicKeys);
      return await verifyAudit(database, { directory, keys, ...defined({ kept: head }) });
    },
    async head() {
      using database = openAuditFileReader(auditPath(directory));
      const checkpoint =
        database === undefined ? undefined : refusingAuditFaults(directory, () => new AuditEnds(database).newestCheckpoint());
      return checkpoint === undefined ? undefined : { ...checkpoint, ...defined({ publicKey: publicKeyOf(place) }) };
    },
  };
}

/** @throws TuttiError `file.unreadable` - there is no key here, and none was given; `input.invalid` */
function trustedKeys(place: KeyPlace, given: string | undefined): TrustedKeys {
  const own = given ?? publicKeyOf(place);
  if (own !== undefined) return readPublicKeys(own);
  const file = keyFile(place);
  const message = `there is no key in ${file} with which signatures could be verified; give the public key that "tutti audit key" has printed`;
  throw new TuttiError("file.unreadable", message, { file });
}
