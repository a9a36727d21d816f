import { INVALID_PARAMS, ProtocolError } from "@modelcontextprotocol/server";
import type { GetPromptResult, McpServer, Prompt } from "@modelcontextprotocol/server";
import * as z from "zod";
import { defined } from "../base/defined.ts";
import { getExecution } from "../contract/get-execution.ts";
import { getWorkflow } from "../contract/get-workflow.ts";
import { listPatterns } from "../contract/list-patterns.ts";
import { listTools } from "../contract/list-tools.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { validateWorkflow } from "../contract/validate-workflow.ts";
import { WORKFLOW_GUIDE } from "../contract/workflow-guide.ts";
import { isTuttiError } from "../model/errors.ts";
import type { Guarded } from "./guard-requests.ts";

/** What is put into a prompt of tools, of a workflow or of an execution: the rest is left out, and it is said. */
const PART_LENGTH_MAX = 32 * 1024;
const TOOLS_MAX = 200;

type Arguments = Readonly<Record<string, string>>;

interface ServedPrompt extends Prompt {
  readonly arguments: { name: string; description: string; required: boolean }[];
  readonly text: (given: Arguments, caller: AdmittedCaller, signal: AbortSignal) => Promise<string>;
}

const PROMPTS: readonly ServedPrompt[] = [
  {
    name: "write-a-workflow",
    title: "Write a workflow",
    description: "Writes a workflow for a goal, with the format and the tools that there are, and stores it.",
    arguments: [
      { name: "goal", description: "What the workflow shall do.", required: true },
      { name: "servers", description: "The servers whose tools it may use, with commas between; default: all.", required: false },
    ],
    text: async ({ goal = "", servers }, caller, signal) => `Write a Tutti workflow for this goal, and store it with create_workflow.

Goal: ${goal}

${WORKFLOW_GUIDE}
Tools that there are:
${await toolsText(namesIn(servers), caller, signal)}

Use only these tools, with the arguments of their input schemas. If create_workflow reports problems, correct all of them and send it again. Then say in a few sentences what the workflow does, what it needs as inputs, and how to execute it.`,
  },
  {
    name: "apply-a-pattern",
    title: "Apply a pattern",
    description: "Applies an improvement pattern to a component, with everything that it needs.",
    arguments: [
      { name: "component", description: "What shall be improved, such as database-connections.", required: true },
      { name: "pattern_name", description: "The pattern, if it is known.", required: false },
    ],
    text: async ({ component = "", pattern_name: patternName }, caller, signal) => {
      const input = { brief: true, ...defined({ patternName }) };
      const listed = await caller.operations.call(listPatterns, input, { signal });
      return `Apply an improvement pattern to this component: ${component}

Patterns that there are:
${shortened(JSON.stringify(z.encode(listPatterns.output, listed), undefined, 1))}

Choose the pattern that fits${patternName === undefined ? "" : ` (${patternName} was asked for)`}, find out the parameters that it needs, and ask for those that you cannot find out. Then use validate_pattern_application, put right what blocks, and use apply_pattern. Say what was made, and what the next steps are.`;
    },
  },
  {
    name: "fix-a-workflow",
    title: "Fix a workflow",
    description: "Corrects a workflow that is stored, or one that is given as text.",
    arguments: [
      { name: "workflow_id", description: "A stored workflow.", required: false },
      { name: "definition", description: "Or a workflow as YAML or JSON.", required: false },
      { name: "problem", description: "What is wrong with it, if that is known.", required: false },
    ],
    text: async ({ workflow_id: workflowId, definition, problem }, caller, signal) => {
      const text = definition ?? (await storedText(workflowId, caller, signal));
      return `Correct this Tutti workflow${workflowId === undefined ? "" : ` ("${workflowId}")`}. Change nothing that is not wrong.

${shortened(text)}

Problems that were found:
${await problemsText(text, caller, signal)}
${problem === undefined ? "" : `Reported: ${problem}\n`}
${WORKFLOW_GUIDE}
Give the whole corrected workflow, and say in one sentence for each change why it was needed.`;
    },
  },
  {
    name: "explain-execution",
    title: "Explain an execution",
    description: "Explains what happened in an execution, why, and what can be done.",
    arguments: [{ name: "execution_id", description: "The execution.", required: true }],
    text: async ({ execution_id: executionId = "" }, caller, signal) => {
      const view = await caller.operations.call(getExecution, { executionId }, { signal });
      const text = JSON.stringify(z.encode(getExecution.output, view), undefined, 1);
      return `Explain this execution of a Tutti workflow to somebody who has to decide what to do: what was done, what failed and why, what was undone and what was not (leftovers), what it waits for, and what should be done next. A step that is in_doubt was sent, and nobody knows whether it took effect: say how to find out.

${shortened(text)}

The journal with every event is the resource tutti://executions/${view.executionId}/journal.`;
    },
  },
];

/** Answers `prompts/list` and `prompts/get`: writing, correcting and explaining, with all that a model needs for it. */
export function servePrompts({ server }: McpServer, guarded: Guarded): void {
  server.setRequestHandler(
    "prompts/list",
    guarded("prompts/list", async () => ({ prompts: PROMPTS.map(({ text: _text, ...listed }) => listed) })),
  );
  server.setRequestHandler(
    "prompts/get",
    guarded(
      "prompts/get",
      async ({ params: { name, arguments: given = {} } }, { mcpReq }, { caller }) => await getPrompt(name, given, caller, mcpReq.signal),
    ),
  );
}

async function getPrompt(name: string, given: Arguments, caller: AdmittedCaller, signal: AbortSignal): Promise<GetPromptResult> {
  const prompt = PROMPTS.find((one) => one.name === name);
  if (prompt === undefined) throw new ProtocolError(INVALID_PARAMS, `there is no prompt "${name}"`);
  const missing = prompt.arguments
    .filter((argument) => argument.required && (given[argument.name] ?? "") === "")
    .map((argument) => argument.name);
  if (missing.length > 0) throw new ProtocolError(INVALID_PARAMS, `the prompt "${name}" needs ${missing.join(", ")}`);
  const text = await prompt.text(given, caller, signal);
  return { description: prompt.description ?? "", messages: [{ role: "user", content: { type: "text", text } }] };
}

function namesIn(servers: string | undefined): ReadonlySet<string> {
  return new Set(
    (servers ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  );
}

/** A server that is not there must not keep a prompt from being written. */
async function toolsText(servers: ReadonlySet<string>, caller: AdmittedCaller, signal: AbortSignal): Promise<string> {
  try {
    const { tools } = await caller.operations.call(listTools, {}, { signal });
    const wanted = tools.filter(({ server }) => servers.size === 0 || servers.has(server)).slice(0, TOOLS_MAX);
    const lines = wanted.map(
      ({ name, description = "", inputSchema }) => `- ${name}: ${description.split("\n", 1)[0]} ${JSON.stringify(inputSchema)}`,
    );
    return lines.length === 0 ? "none" : shortened(lines.join("\n"));
  } catch (error) {
    if (!isTuttiError(error)) throw error;
    return `they could not be listed: ${error.message}`;
  }
}

async function storedText(workflowId: string | undefined, caller: AdmittedCaller, signal: AbortSignal): Promise<string> {
  if (workflowId === undefined) throw new ProtocolError(INVALID_PARAMS, `the prompt "fix-a-workflow" needs workflow_id or definition`);
  const { definition } = await caller.operations.call(getWorkflow, { workflowId }, { signal });
  return JSON.stringify(definition, undefined, 1);
}

async function problemsText(text: string, caller: AdmittedCaller, signal: AbortSignal): Promise<string> {
  const input = { workflow: { file: "workflow", text }, checkTools: false };
  const { problems } = await caller.operations.call(validateWorkflow, input, { signal });
  if (problems.length === 0) return "none by itself";
  return problems.map(({ line, column, message }) => `- line ${line}, column ${column}: ${message}`).join("\n");
}

function shortened(text: string): string {
  return text.length <= PART_LENGTH_MAX
    ? text
    : `${text.slice(0, PART_LENGTH_MAX)}\n... (${text.length - PART_LENGTH_MAX} more characters are left out)`;
}
