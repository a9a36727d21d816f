import type { TestClient } from "./mcp-world.ts";

/** What a tool gave. @throws Error - with what it said, when it refused */
export async function documentOf(
  client: Pick<TestClient, "callTool">,
  name: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const result = await client.callTool({ name, arguments: given });
  if (result.isError === true) throw new Error(firstText(result));
  return result.structuredContent as Readonly<Record<string, unknown>>;
}

/** What a person reads first. */
export function firstText(result: { readonly content?: unknown }): string {
  return (result.content as readonly { readonly text: string }[])[0]?.text ?? "";
}

/** How an execution is when it has ended. */
export async function endedStatus(client: Pick<TestClient, "callTool">, executionId: string): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const status = await documentOf(client, "get_workflow_status", { execution_id: executionId });
    if (status["outcome"] !== null) return status;
  }
}
