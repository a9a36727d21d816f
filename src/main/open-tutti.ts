import { setMaxListeners } from "node:events";
import { systemClock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import type { ContextInjector } from "../calls/context-injector.ts";
import type { OperationClient } from "../client/operation-client.ts";
import { startExecution } from "../contract/start-execution.ts";
import type { StartExecutionOutput } from "../contract/start-execution.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import { getExecution } from "../contract/get-execution.ts";
import type { ExecutionNews } from "../contract/news.ts";
import { watchExecution } from "../contract/watch-execution.ts";
import type { WorkflowFile, WorkflowSource } from "../contract/workflow-source.ts";
import { printWorkflow } from "../definition/print-workflow.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { WorkflowRequest, WorkflowResponse } from "../envelope/payloads.ts";
import type { AccessConfig } from "../model/access.ts";
import { NO_CHECKS } from "../model/check.ts";
import type { CheckRegistry } from "../model/check.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import { TuttiError } from "../model/errors.ts";
import type { ServerRecord } from "../model/server-record.ts";
import { NO_SETTINGS } from "../model/server-settings.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Workflow } from "../model/workflow.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import { SILENT } from "../ports/log.ts";
import type { Secrets } from "../ports/secrets.ts";
import type { ServerLog } from "../mcp-client/server-log.ts";
import { dispatchRequest } from "./dispatch-request.ts";
import { callerAlone, openCallerSource } from "./identify-caller.ts";
import { loginFiles } from "./login-files.ts";
import { resumeAll } from "./resume-all.ts";
import { Owner } from "./owner.ts";
import { readVersion } from "./version.ts";

/** What {@link openTutti} is given. */
export interface TuttiOptions {
  /** Where the journal is; made when it is not there. One process at a time owns it. */
  readonly dataDirectory: string;
  readonly servers: readonly ServerConfig[];
  /** What holds for all servers together. Default: nothing is shared, limited or demanded. */
  readonly settings?: Partial<ServerSettings>;
  /** The checks and handlers that steps may ask for by name. Default: there are none. */
  readonly checks?: Partial<CheckRegistry>;
  /** Where the values of `${{ secrets.NAME }}` come from. Default: there are none. */
  readonly secrets?: Secrets;
  /** Who may do what. Default: nobody is asked who he is, and steps that need permissions are refused. */
  readonly access?: AccessConfig;
  /** The workflow of each operation that {@link Tutti.executeWorkflow} knows: text or workflow, first the one itself, then its children. */
  readonly operations?: Readonly<Record<string, readonly (string | Workflow)[]>>;
  /** Calls in flight at once, to all servers. Default 50. */
  readonly maxConcurrentCalls?: number;
  /** Answers what servers ask in the middle of a call. Default: nobody does, and such calls fail. */
  readonly elicitor?: Elicitor;
  /** Takes what servers write beside the protocol. Default: it is dropped. */
  readonly log?: ServerLog;
}

/** What {@link Tutti.execute} is given. */
export interface ExecuteRequest {
  /** The text of a workflow file, or a workflow. */
  readonly workflow: string | Workflow;
  /** The workflows that its steps run, also of theirs. */
  readonly children?: readonly (string | Workflow)[];
  readonly inputs?: JsonObject;
  /** The same key always gives the same execution. At most 200 characters. */
  readonly requestKey?: string;
  /** Says for whom; needed where `access` has an `identity`. */
  readonly token?: string;
}

/** Runs workflows in this process. Disposing lets go of everything; executions that have not ended can be resumed. */
export interface Tutti extends AsyncDisposable {
  /**
   * Starts an execution: it is durable when this resolves, and goes on by itself.
   *
   * @throws TuttiError `definition.invalid`, `input.invalid`, `server.unavailable`, `identity.invalid`
   */
  execute(request: ExecuteRequest): Promise<StartExecutionOutput>;
  /**
   * Resolves when an execution has ended, or when only a person can move it on.
   *
   * @param tell - is told its news until then
   */
  wait(executionId: string, signal?: AbortSignal, tell?: (news: ExecutionNews) => void): Promise<ExecutionView>;
  /** What is known of an execution now. */
  report(executionId: string): Promise<ExecutionView>;
  /** Takes up all executions that an earlier process has left, but those whose servers are not configured here; gives their ids. */
  resumeInterrupted(): Promise<readonly string[]>;
  /**
   * Carries out what an envelope asks for, and resolves with the envelope that answers it: when the execution has ended,
   * or when only a person can move it on. The same request id never starts a second execution.
   *
   * Who asks is known from the token, never from the envelope.
   *
   * @throws TuttiError `operation.unknown`, `envelope.invalid`, `identity.invalid`, `tenant.invalid`, and as `execute`
   */
  executeWorkflow(
    envelope: Envelope<WorkflowRequest>,
    options?: { readonly token?: string; readonly signal?: AbortSignal },
  ): Promise<Envelope<WorkflowResponse>>;
  /**
   * Adds a server while others are in use: asks it for its tools, what it announces, and how it is doing. When it
   * rejects, nothing of the server is left.
   *
   * @throws TuttiError `input.invalid` - its name is taken or is none; `config.invalid`, `server.unavailable`
   */
  registerServer(server: ServerConfig, signal?: AbortSignal): Promise<ServerRecord>;
  /**
   * Sets who changes the arguments of calls to a server, in place of the injector that it has, for the calls after it.
   *
   * @throws TuttiError `server.not-found`
   */
  registerInjector(server: string, injector: ContextInjector): void;
  /**
   * Everything else that can be asked, by its contract: pause, cancel, approve, resolve, retry, list, prune. Here the
   * program itself asks, and may do everything; {@link Tutti.operationsFor} confines it to what somebody else may.
   */
  readonly operations: OperationClient;
  /** The same for whoever a token says, who sees only what is of his tenant. @throws TuttiError `identity.invalid` */
  operationsFor(token: string | undefined, signal?: AbortSignal): Promise<OperationClient>;
}

/**
 * Opens Tutti in this process.
 *
 * @throws TuttiError `journal.locked`, `journal.unusable`
 */
export async function openTutti(options: TuttiOptions): Promise<Tutti> {
  const access = options.access ?? { roles: {}, tenants: {} };
  const owner = await Owner.open({
    directory: options.dataDirectory,
    servers: options.servers,
    settings: { ...NO_SETTINGS, ...options.settings },
    checks: { ...NO_CHECKS, ...options.checks },
    secrets: options.secrets ?? { get: async () => undefined },
    access,
    logins: loginFiles(options.dataDirectory),
    caller: callerAlone(access),
    maxConcurrentCalls: options.maxConcurrentCalls ?? DEFAULT_LIMITS.callsInFlight,
    clock: systemClock,
    elicitor: options.elicitor ?? { ask: async () => undefined },
    log: options.log ?? { write: () => undefined },
    version: readVersion(),
  });
  const { operations } = owner;
  const callers = openCallerSource(access, { clock: systemClock, audit: owner.audit });
  const workflows = Object.fromEntries(Object.entries(options.operations ?? {}).map(([name, files]) => [name, sourceOf(files)]));
  const endless = new AbortController().signal;
  // However many wait for executions, none of them is a leak.
  setMaxListeners(0, endless);
  const operationsFor = async (token: string | undefined, signal: AbortSignal = endless): Promise<OperationClient> =>
    operations.for(await callers.identify(token, signal));
  return {
    operations,
    operationsFor,
    async execute({ workflow, children = [], inputs, requestKey, token }) {
      const source = sourceOf([workflow, ...children]);
      return await (
        await operationsFor(token)
      ).call(startExecution, { workflow: source, ...defined({ inputs, requestKey }) }, { signal: endless });
    },
    async executeWorkflow(envelope, { token, signal = endless } = {}) {
      return await dispatchRequest(envelope, workflows, await operationsFor(token, signal), signal);
    },
    wait: async (executionId, signal = endless, tell = () => undefined) =>
      await operations.call(watchExecution, { executionId }, { signal, tell }),
    report: async (executionId) => await operations.call(getExecution, { executionId }, { signal: endless }),
    registerServer: async (server, signal = endless) => await owner.registerServer(server, signal),
    registerInjector(server, injector) {
      if (!owner.serves(server)) {
        throw new TuttiError("server.not-found", `no server has the name "${server}"`, { server });
      }
      owner.registerInjector(server, injector);
    },
    resumeInterrupted: async () => await resumeAll(operations, SILENT, endless),
    [Symbol.asyncDispose]: async () => await owner[Symbol.asyncDispose](),
  };
}

function sourceOf([workflow = "", ...children]: readonly (string | Workflow)[]): WorkflowSource {
  return {
    ...fileOf(workflow, "workflow.yaml"),
    children: children.map((child, index) => fileOf(child, `child-${index + 1}.yaml`)),
  };
}

function fileOf(workflow: string | Workflow, file: string): WorkflowFile {
  return { file, text: typeof workflow === "string" ? workflow : printWorkflow(workflow) };
}
