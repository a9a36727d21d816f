import { createHash } from "node:crypto";
import { canonicalJson } from "../base/json.ts";
import { defined } from "../base/defined.ts";
import type { OperationGate } from "../contract/operation-caller.ts";
import type { AccessConfig } from "../model/access.ts";
import { asksWho } from "../model/asks-who.ts";
import type { Caller } from "../operations/operation-context.ts";
import type { CallerSource } from "./identify-caller.ts";
import type { OperationTable } from "./operation-table.ts";

/** What a gate stands before. */
export interface GateOptions {
  readonly access: AccessConfig;
  readonly callers: CallerSource;
  readonly operations: OperationTable;
}

/** Lets callers of a surface in: each gets the operations as they are for it. */
export function operationGate({ access, callers, operations }: GateOptions): OperationGate {
  return {
    asks: asksWho(access),
    async admit(credential, signal) {
      const caller = await callers.identify(credential, signal);
      return { key: keyOf(caller), ...defined({ tenant: caller.identity?.tenant }), operations: operations.for(caller) };
    },
  };
}

/** Names of tenants and users may hold anything, so they are not just put side by side. */
function keyOf({ identity }: Caller): string {
  const who = identity === undefined ? [] : [identity.tenant ?? null, identity.userId ?? null, identity.onBehalfOf ?? null];
  return createHash("sha256").update(canonicalJson(who)).digest("hex").slice(0, 32);
}
