import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Config, formatProblem, getSystemHealth, isTuttiError, loadConfig, type LocatedProblem } from "tutti";
import { referenceServer, type ServerStatus } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, numberSetting, stateDirectory, textSetting } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import { answerWorkflow } from "./answer-workflow.ts";
import { cancelWorkflow } from "./cancel-workflow.ts";
import { createWorkflow } from "./create-workflow.ts";
import { openDefinitions } from "./definitions.ts";
import { executeWorkflow } from "./execute-workflow.ts";
import { getWorkflowDefinition } from "./get-workflow-definition.ts";
import { getWorkflowStatus } from "./get-workflow-status.ts";
import { listAvailableWorkflows } from "./list-available-workflows.ts";
import { monitorWorkflow } from "./monitor-workflow.ts";
import { type Engine, openEngine } from "./open-engine.ts";
import { orchestrateWorkflow } from "./orchestrate-workflow.ts";
import { SCHEDULES_SCHEMA, scheduleStore } from "./schedule-store.ts";
import { scheduleWorkflow } from "./schedule-workflow.ts";
import { runSchedules } from "./run-schedules.ts";
import { readLibrary } from "./workflow-library.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

const SAMPLES = fileURLToPath(new URL("workflows", import.meta.url));

/** The server that runs workflows for agents. README.md says what its variables mean. */
export async function openWorkflow(environment: Environment): Promise<OpenServer> {
  const directory = stateDirectory("workflow", environment);
  const config = configOf(environment);
  const library = readLibrary(textSetting(environment, "WORKFLOWS_DIR") ?? SAMPLES);
  const keepDays = numberSetting(environment, "KEEP_DAYS", { fallback: 30, min: 1, max: 3_650 });
  const activeMax = numberSetting(environment, "ACTIVE_MAX", { fallback: 100, min: 1, max: 1_000 });
  const extended = textSetting(environment, "WORKFLOW_EXTENSIONS") === "true";
  await using opening = new AsyncDisposableStack();
  const state = opening.use(openState({ path: join(directory, "workflow.db"), schema: SCHEDULES_SCHEMA }));
  const engine = opening.use(await openEngine({ directory: join(directory, "tutti"), config, keepDays }));
  const tools: WorkflowTools = { engine, definitions: openDefinitions(library), state, activeMax };
  const schedules = scheduleStore(state);
  // Also without the tools for it, what was scheduled is done.
  opening.use(runSchedules(tools, schedules));
  const opened = opening.move();
  return {
    server: referenceServer({
      name: "workflow",
      instructions:
        "Runs workflows over other servers, and never loses one: list_available_workflows shows what there is, execute_workflow starts it, get_workflow_status tells how it is. create_workflow stores one of your own.",
      state,
      tools: [
        executeWorkflow(tools),
        getWorkflowStatus(tools),
        listAvailableWorkflows(tools),
        getWorkflowDefinition(tools),
        cancelWorkflow(tools),
        createWorkflow(tools),
        ...(extended
          ? [orchestrateWorkflow(tools), scheduleWorkflow(tools, schedules), monitorWorkflow(tools), answerWorkflow(tools)]
          : []),
      ],
      status: async () => await statusOf(engine, library.size),
    }),
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

async function statusOf({ tutti, servers }: Engine, workflows: number): Promise<ServerStatus> {
  const { status, executions, issues } = await tutti.operations.call(getSystemHealth, {}, { signal: new AbortController().signal });
  const told = issues.slice(0, 20).map(({ component, message }) => `${component}: ${message}`);
  return {
    status,
    facts: {
      executions_active: executions.active,
      executions_queued: executions.queued,
      library_workflows: workflows,
      servers: [...servers],
      issues: told,
    },
  };
}

/** @throws Error - the file is not there, or something in it is wrong */
function configOf(environment: Environment): Config | undefined {
  const configFile = textSetting(environment, "SERVERS_CONFIG");
  if (configFile === undefined) return undefined;
  // What holds for the tutti that has started this server does not hold for it.
  const others = Object.entries(environment).filter(([name]) => !/^(?:TUTTI|CAELUM)_/.test(name));
  try {
    return loadConfig({ workingDirectory: process.cwd(), environment: Object.fromEntries(others), configFile });
  } catch (error) {
    if (!isTuttiError(error)) throw error;
    const { problems = [] } = error.details as { readonly problems?: readonly LocatedProblem[] };
    throw new Error([`SERVERS_CONFIG: ${error.message}`, ...problems.map(formatProblem)].join("\n"), { cause: error });
  }
}
