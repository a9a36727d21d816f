import { type Clock, systemClock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { type IdSource, randomIds, type TraceIdSource } from "../base/ids.ts";
import { runInContext } from "../context/ambient-context.ts";
import { Context } from "../envelope/context.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { Envelope } from "../envelope/envelope.ts";
import { newMeta } from "../envelope/new-meta.ts";
import type { McpToolCall, McpToolResponse } from "../envelope/payloads.ts";
import type { EnvelopeTool, RunningCall } from "./envelope-tool.ts";
import { responseMeta } from "./response-meta.ts";
import { toldError, ToolError } from "./tool-error.ts";

/** Tools that take and give envelopes, without a wire: `serveEnvelopeTools` puts them on one. */
export interface EnvelopeServer {
  readonly serverId: string;
  readonly tools: readonly EnvelopeTool[];
  /**
   * Finds the tool and runs it in the context of the call. Whatever goes wrong is in the envelope that it gives.
   *
   * The meta is believed: whoever hands an envelope over has made sure of it.
   */
  handleEnvelopeCall(envelope: Envelope<McpToolCall>, call?: CallSettings): Promise<Envelope<McpToolResponse>>;
}

/** What is known of a call beside its envelope. */
export interface CallSettings extends Partial<Omit<RunningCall, "idempotencyKey">> {
  /** As the caller sent it. */
  readonly idempotencyKey?: string;
}

export interface EnvelopeServerOptions {
  /** Names the server; clients see it. */
  readonly serverId: string;
  readonly tools: readonly EnvelopeTool[];
  /** Is told what callers are not: the error that a tool threw. Default: it is written to stderr. */
  readonly onFault?: (error: unknown, tool: string) => void;
}

/** What time it is, and new ids. */
export interface EnvelopeServerPorts {
  readonly clock: Clock;
  readonly ids: IdSource & TraceIdSource;
}

/** The real ones. */
export const REAL_PORTS: EnvelopeServerPorts = { clock: systemClock, ids: randomIds };

/** @throws Error - two tools have the same name */
export function createEnvelopeServer(options: EnvelopeServerOptions, ports: EnvelopeServerPorts = REAL_PORTS): EnvelopeServer {
  const { serverId, tools, onFault = writeFault } = options;
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size < tools.length) throw new Error(`two tools of "${serverId}" have the same name`);
  return {
    serverId,
    tools,
    async handleEnvelopeCall(envelope, settings = {}) {
      const startedMs = ports.clock.monotonicMs();
      const context = Context.of(newMeta(ports, envelope.meta));
      const request = { ...envelope, meta: context.meta };
      const finish = (answer: Envelope<McpToolResponse>): Envelope<McpToolResponse> => {
        const elapsed = { nowMs: ports.clock.nowMs(), durationMs: ports.clock.monotonicMs() - startedMs };
        return { ...answer, meta: responseMeta(context.meta, answer, elapsed) };
      };
      const call = runningCall(request, settings);
      try {
        const tool = findTool(byName, request);
        return finish(await runInContext(context, () => tool.execute(request, call)));
      } catch (error) {
        return finish({ meta: context.meta, error: toldFault(error, request, call, onFault) });
      }
    },
  };
}

function findTool(tools: ReadonlyMap<string, EnvelopeTool>, { data }: Envelope<McpToolCall>): EnvelopeTool {
  if (data === undefined) throw new ToolError("the envelope has no call in its data", { type: "Validation" });
  const tool = tools.get(data.tool);
  if (tool === undefined) throw new ToolError(`Tool '${data.tool}' not found`);
  return tool;
}

function runningCall({ meta, data }: Envelope<McpToolCall>, settings: CallSettings): RunningCall {
  const { signal = new AbortController().signal, progress = () => undefined, idempotencyKey } = settings;
  // Neither tenants nor tools have a slash in their names, so that no two calls can mean the same key by accident or on purpose.
  const key = idempotencyKey === undefined ? undefined : `${meta.tenant ?? ""}/${data?.tool ?? ""}/${idempotencyKey}`;
  return { signal, progress, ...defined({ idempotencyKey: key }) };
}

function toldFault(
  error: unknown,
  { data }: Envelope<McpToolCall>,
  { signal }: RunningCall,
  onFault: NonNullable<EnvelopeServerOptions["onFault"]>,
): EnvelopeError {
  const told = toldError(error);
  if (told !== undefined) return told;
  if (signal.aborted) return new ToolError("the call was cancelled", { type: "External", code: "CANCELLED" }).error;
  onFault(error, data?.tool ?? "");
  return new ToolError("the tool failed; the log of its server says why", { type: "Internal" }).error;
}

function writeFault(error: unknown, tool: string): void {
  process.stderr.write(`the tool "${tool}" failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
