/** What clients put before their models: when this server is of use, and how to begin. Short, as it stands in every conversation. */
export const INSTRUCTIONS: string = `Tutti runs workflows over MCP servers durably: steps call tools of many servers, side by side where they can, with retries, undoing and approvals by people; an execution survives crashes and goes on without you.

Use it for work of several steps that must not be lost, done twice or forgotten, or that shall be repeated later.

1. list_workflows and list_patterns show what there is. create_workflow stores a new workflow; apply_pattern makes one from a pattern. The prompt write-a-workflow holds the format.
2. execute_workflow starts an execution and returns at once with its execution_id. Give a request_key of your own: sent again with the same key, it starts nothing twice.
3. get_workflow_status tells how it is; ask every few seconds until status is completed or failed. paused: only a person can move it on, and waiting_for says what to do. Tell the person.

Errors say everything that is wrong at once, with its place: correct all of it before you try again.`;
