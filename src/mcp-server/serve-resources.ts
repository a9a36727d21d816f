import { INVALID_PARAMS, ProtocolError, ResourceNotFoundError } from "@modelcontextprotocol/server";
import type { ListResourcesResult, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { getExecution } from "../contract/get-execution.ts";
import { getWorkflow } from "../contract/get-workflow.ts";
import { listEvents } from "../contract/list-events.ts";
import { listExecutions } from "../contract/list-executions.ts";
import { listWorkflows } from "../contract/list-workflows.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { isTuttiError } from "../model/errors.ts";
import type { Guarded } from "./guard-requests.ts";
import { readResourceUri } from "./resource-uri.ts";
import type { ResourceRef } from "./resource-uri.ts";
import type { Subscriptions } from "./subscriptions.ts";

const PAGE_SIZE = 100;
const JSON_TYPE = "application/json";

/** What can be read besides what is listed: the journal of an execution is as long as the execution. */
const TEMPLATES: readonly { readonly uriTemplate: string; readonly name: string; readonly title: string; readonly description: string }[] =
  [
    {
      uriTemplate: "tutti://workflows/{id}",
      name: "workflow",
      title: "A workflow",
      description: "The definition of a stored workflow, and how it is.",
    },
    {
      uriTemplate: "tutti://executions/{id}",
      name: "execution",
      title: "An execution",
      description: "All about one execution: its steps, inputs and outputs, and what it waits for.",
    },
    {
      uriTemplate: "tutti://executions/{id}/journal",
      name: "journal",
      title: "The journal of an execution",
      description: "Every event of an execution, in order: attempts, delays, answers and decisions.",
    },
  ];

/** Answers all about resources: stored workflows, executions and their journals, for each caller those of its tenant. */
export function serveResources({ server }: McpServer, subscriptions: Subscriptions | undefined, guarded: Guarded): void {
  server.setRequestHandler(
    "resources/list",
    guarded("resources/list", async ({ params }, { mcpReq }, { caller }) => await listPage(params?.cursor, caller, mcpReq.signal)),
  );
  server.setRequestHandler(
    "resources/templates/list",
    guarded("resources/templates/list", async () => ({
      resourceTemplates: TEMPLATES.map((template) => ({ ...template, mimeType: JSON_TYPE })),
    })),
  );
  server.setRequestHandler(
    "resources/read",
    guarded("resources/read", async ({ params: { uri } }, { mcpReq }, { caller }) => {
      const text = JSON.stringify(await readResource(uri, caller, mcpReq.signal), undefined, 2);
      return { contents: [{ uri, mimeType: JSON_TYPE, text }] };
    }),
  );
  if (subscriptions === undefined) return;
  server.setRequestHandler(
    "resources/subscribe",
    guarded("resources/subscribe", async ({ params: { uri } }, { mcpReq }, { caller }) => {
      await readResource(uri, caller, mcpReq.signal);
      const wanted = { tools: false, prompts: false, resourceList: false, resources: [uri] };
      if (!subscriptions.add(`subscribed ${uri}`, wanted)) throw new ProtocolError(INVALID_PARAMS, "there are too many subscriptions");
      return {};
    }),
  );
  server.setRequestHandler(
    "resources/unsubscribe",
    guarded("resources/unsubscribe", async ({ params: { uri } }) => {
      subscriptions.remove(`subscribed ${uri}`);
      return {};
    }),
  );
}

/** Workflows first, by their ids; then executions, newest first. */
async function listPage(cursor: string | undefined, caller: AdmittedCaller, signal: AbortSignal): Promise<ListResourcesResult> {
  const { operations } = caller;
  const [kind, from] = cursor === undefined ? ["w", ""] : [cursor.slice(0, 1), cursor.slice(1)];
  const page = { limit: PAGE_SIZE, ...(from === "" ? {} : { cursor: from }) };
  if (kind === "w") {
    const { workflows, nextCursor } = await operations.call(listWorkflows, page, { signal });
    const resources = workflows.map(({ workflowId, name, status }) => ({
      uri: `tutti://workflows/${workflowId}`,
      name: workflowId,
      title: name ?? workflowId,
      description: `Workflow, ${status}`,
      mimeType: JSON_TYPE,
    }));
    return { resources, nextCursor: nextCursor === undefined ? "e" : `w${nextCursor}` };
  }
  if (kind !== "e") throw new ProtocolError(INVALID_PARAMS, "this cursor is none of resources/list");
  const { executions, nextCursor } = await operations.call(listExecutions, page, { signal });
  const resources = executions.map(({ executionId, workflowId, status, outcome, startedAtMs }) => ({
    uri: `tutti://executions/${executionId}`,
    name: executionId,
    title: `${workflowId}, ${new Date(startedAtMs).toISOString()}`,
    description: `Execution of "${workflowId}", ${outcome ?? status}`,
    mimeType: JSON_TYPE,
  }));
  return nextCursor === undefined ? { resources } : { resources, nextCursor: `e${nextCursor}` };
}

async function readResource(uri: string, caller: AdmittedCaller, signal: AbortSignal): Promise<unknown> {
  const ref = readResourceUri(uri);
  if (ref === undefined) throw new ResourceNotFoundError(uri);
  try {
    return await readDocument(ref, caller, signal);
  } catch (error) {
    if (isTuttiError(error, "workflow.not-found") || isTuttiError(error, "execution.not-found")) throw new ResourceNotFoundError(uri);
    throw error;
  }
}

async function readDocument(ref: ResourceRef, { operations }: AdmittedCaller, signal: AbortSignal): Promise<unknown> {
  switch (ref.kind) {
    case "workflow":
      return z.encode(getWorkflow.output, await operations.call(getWorkflow, { workflowId: ref.id }, { signal }));
    case "execution":
      return z.encode(getExecution.output, await operations.call(getExecution, { executionId: ref.id }, { signal }));
    case "journal":
      return z.encode(listEvents.output, await operations.call(listEvents, { executionId: ref.id }, { signal }));
  }
}
