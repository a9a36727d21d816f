import { systemClock } from "../../src/base/clock.ts";
import { Owner } from "../../src/main/owner.ts";
import type { OwnerOptions } from "../../src/main/owner-options.ts";

/** The owner of a directory, without servers and for whoever uses the process. */
export async function openPlainOwner(directory: string, more: Partial<OwnerOptions> = {}): Promise<Owner> {
  return await Owner.open({
    directory,
    servers: [],
    secrets: { get: async () => undefined },
    access: { roles: {}, tenants: {} },
    caller: {},
    maxConcurrentCalls: 50,
    clock: systemClock,
    elicitor: { ask: async () => undefined },
    log: { write: () => undefined },
    version: "0",
    ...more,
  });
}
