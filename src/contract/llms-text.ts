import { OPERATIONS } from "./operations.ts";
import { WORKFLOW_GUIDE } from "./workflow-guide.ts";

/** What a model should know before it uses a server of Tutti: served as `/llms.txt`, in Markdown. */
export function llmsText(): string {
  const line = ({ name, description }: (typeof OPERATIONS)[number]): string => `- ${name}: ${firstSentence(description)}`;
  const standard = OPERATIONS.filter(({ tool }) => tool === "standard");
  const extended = OPERATIONS.filter(({ tool }) => tool === "extended");
  return `# Tutti

> Runs workflows across MCP servers and never loses one: steps that call tools of many servers, in parallel where they can, with retries, compensation, approvals and a journal that survives any crash.

Connect over MCP: Streamable HTTP at /mcp, WebSocket at /ws, or stdio with the command "tutti mcp". The same operations are routes below /api/v1.

## How it is used

1. list_patterns and list_workflows show what is there; create_workflow stores a workflow of your own, apply_pattern makes one from a pattern.
2. execute_workflow starts an execution and returns at once with its execution_id. Give a request_key if you may have to send it again.
3. get_workflow_status tells how it is, every few seconds, until status is completed or failed. "paused" means that only a person can move it on; waiting_for says what to do.
4. A refusal says everything that is wrong at once, with its place. Correct all of it, then try again.

## Tools

${standard.map(line).join("\n")}

With "--tools extended" also:

${extended.map(line).join("\n")}

${WORKFLOW_GUIDE}`;
}

function firstSentence(description: string): string {
  return /^[^\n]*?[.](?=\s|$)/.exec(description)?.[0] ?? description;
}
