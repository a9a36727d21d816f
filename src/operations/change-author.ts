import { createHash } from "node:crypto";
import { defined } from "../base/defined.ts";
import { canonicalJson } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { ChangeAuthor } from "../ports/workflow-store.ts";
import type { Caller } from "./operation-context.ts";

/** Who has made what nobody says his name for: the user of this machine. */
const SOMEBODY = "local";

/** A request that a caller may send again. */
export interface MarkedRequest {
  readonly operation: string;
  readonly requestKey?: string | undefined;
  /** What was asked, apart from the key. */
  readonly content: Json;
}

/** As whom a caller changes what is stored. */
export function changeAuthor({ identity }: Caller, { operation, requestKey, content }: MarkedRequest): ChangeAuthor {
  const request =
    requestKey === undefined
      ? undefined
      : {
          key: requestKey,
          fingerprint: createHash("sha256")
            .update(canonicalJson([operation, content]))
            .digest("hex"),
        };
  return { createdBy: identity?.userId ?? SOMEBODY, ...defined({ tenant: identity?.tenant, request }) };
}
