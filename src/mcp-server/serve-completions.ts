import type { McpServer } from "@modelcontextprotocol/server";
import { listExecutions } from "../contract/list-executions.ts";
import { listPatterns } from "../contract/list-patterns.ts";
import { listServers } from "../contract/list-servers.ts";
import { listWorkflows } from "../contract/list-workflows.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { isTuttiError } from "../model/errors.ts";
import type { Guarded } from "./guard-requests.ts";

/** As many as the protocol allows in one answer. */
const VALUES_MAX = 100;
/** Ids are completed from so many of the newest. */
const LOOKED_AT_MAX = 1_000;

type Kind = "workflow" | "execution" | "server" | "pattern";

/** What the arguments of prompts and the variables of resource templates stand for. */
const KINDS: Readonly<Record<string, Kind>> = {
  workflow_id: "workflow",
  execution_id: "execution",
  servers: "server",
  pattern_name: "pattern",
  "tutti://workflows/{id}": "workflow",
  "tutti://executions/{id}": "execution",
  "tutti://executions/{id}/journal": "execution",
};

/** Answers `completion/complete` with what the caller may see. */
export function serveCompletions({ server }: McpServer, guarded: Guarded): void {
  server.setRequestHandler(
    "completion/complete",
    guarded("completion/complete", async ({ params: { ref, argument } }, { mcpReq }, { caller }) => {
      const kind = KINDS[ref.type === "ref/resource" ? ref.uri : argument.name];
      // Of a list with commas only the last name is still being written.
      const written = kind === "server" ? (/[^,]*$/.exec(argument.value)?.[0].trimStart() ?? "") : argument.value;
      const before = argument.value.slice(0, argument.value.length - written.length);
      const known = kind === undefined ? [] : await valuesOf(kind, caller, mcpReq.signal);
      const fitting = known.filter((value) => value.startsWith(written));
      const values = fitting.slice(0, VALUES_MAX).map((value) => `${before}${value}`);
      return { completion: { values, total: fitting.length, hasMore: fitting.length > values.length } };
    }),
  );
}

async function valuesOf(kind: Kind, { operations }: AdmittedCaller, signal: AbortSignal): Promise<readonly string[]> {
  try {
    switch (kind) {
      case "workflow":
        return (await operations.call(listWorkflows, { limit: LOOKED_AT_MAX }, { signal })).workflows.map(({ workflowId }) => workflowId);
      case "execution":
        return (await operations.call(listExecutions, { limit: LOOKED_AT_MAX }, { signal })).executions.map(
          ({ executionId }) => executionId,
        );
      case "pattern":
        return (await operations.call(listPatterns, {}, { signal })).patterns.map(({ name }) => name);
      case "server":
        return (await operations.call(listServers, {}, { signal })).servers.map(({ name }) => name);
    }
  } catch (error) {
    if (isTuttiError(error, "access.denied")) return [];
    throw error;
  }
}
