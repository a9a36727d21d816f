import { stringify } from "yaml";
import type { JsonObject } from "../base/json.ts";

/** Where `tutti init` puts the schemas that editors complete with, relative to the project. */
export const CONFIG_SCHEMA_FILE = ".tutti/tutti.schema.json";
export const WORKFLOW_SCHEMA_FILE = ".tutti/workflow.schema.json";

/** The `servers:` of a `tutti.yaml`, as text. */
export function serversText(servers: Readonly<Record<string, JsonObject>>): string {
  return stringify({ servers }, { lineWidth: 0 });
}

/** A new `tutti.yaml`. */
export function configText(servers: Readonly<Record<string, JsonObject>>): string {
  const none = `# servers:
#   files:
#     command: npx
#     args: [-y, "@modelcontextprotocol/server-filesystem", .]
`;
  return `# yaml-language-server: $schema=${CONFIG_SCHEMA_FILE}
# The MCP servers that workflows use, by the names that they use for them. 'tutti doctor' finds what is wrong.
${Object.keys(servers).length === 0 ? none : serversText(servers)}
data_dir: .tutti
`;
}

/** A first workflow, which runs without any server. */
export function workflowText(servers: readonly string[]): string {
  const [first = "files"] = servers;
  return `# yaml-language-server: $schema=${WORKFLOW_SCHEMA_FILE}
id: hello
name: Say hello
inputs:
  name: { type: string, default: world }
steps:
  - id: greeting
    value: "Hello, \${{ inputs.name }}!"
  - id: letters
    value: "\${{ size(steps.greeting.output) }}"
  # A step that uses a tool; 'tutti servers tools' lists what there is:
  # - id: read
  #   tool: ${first}.name_of_a_tool
  #   with: { text: "\${{ steps.greeting.output }}" }
output:
  greeting: "\${{ steps.greeting.output }}"
  letters: "\${{ steps.letters.output }}"
`;
}
