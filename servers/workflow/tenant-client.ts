import type { ExecuteRequest, Operation, Tutti } from "tutti";
import { asToolError } from "./as-tool-error.ts";

/** What one tenant can ask of Tutti. Refusals are ToolErrors. */
export interface TenantClient {
  call<Input, Output, Item>(operation: Operation<Input, Output, Item>, input: Input, signal: AbortSignal): Promise<Output>;
  /** Gives the id of the execution. */
  execute(request: Omit<ExecuteRequest, "token">): Promise<string>;
}

export function tenantClient(tutti: Tutti, token: string): TenantClient {
  return {
    call: async (operation, input, signal) =>
      await refusing(async () => await (await tutti.operationsFor(token, signal)).call(operation, input, { signal })),
    execute: async (request) => (await refusing(async () => await tutti.execute({ ...request, token }))).executionId,
  };
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asToolError(error);
  }
}
