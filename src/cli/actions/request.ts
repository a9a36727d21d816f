import { executeRequest } from "../../contract/execute-request.ts";
import { envelopeErrorOf } from "../../contract/envelope-error.ts";
import { readRequest, refusalOfEnvelope } from "../../contract/read-request.ts";
import { workflowFor } from "../../contract/workflow-for.ts";
import { getResponse } from "../../contract/get-response.ts";
import { ENVELOPE_VERSION } from "../../envelope/new-meta.ts";
import { withoutClaims } from "../../envelope/browser-meta.ts";
import { withResponseFields } from "../../envelope/child-meta.ts";
import { encodeEnvelope, parseEnvelope } from "../../envelope/envelope-codec.ts";
import type { Envelope } from "../../envelope/envelope.ts";
import type { Json } from "../../base/json.ts";
import { isTuttiError } from "../../model/errors.ts";
import type { ToolLock } from "../../model/tool-lock.ts";
import { openSession, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { exitCodeOf } from "../exit-code.ts";
import { followExecution } from "../follow-execution.ts";
import type { Session } from "../host.ts";
import { lockedTools } from "../locked-tools.ts";
import type { FrozenOptions } from "../locked-tools.ts";
import { refusalOf } from "../report-error.ts";
import { stayForOthers, tellInterrupted } from "./run.ts";

/**
 * `tutti request FILE`: whatever comes of it, an envelope is printed. A refusal is one with nothing but an error, and is
 * told on stderr too.
 */
export async function request(context: CommandContext, file: string, options: CommonOptions & FrozenOptions): Promise<number> {
  const { host, terminal } = context;
  const startedMs = host.clock.monotonicMs();
  let asked: Envelope<Json> | undefined;
  try {
    asked = parseEnvelope(await host.readText(file));
    const locked = await lockedTools(context, options);
    await using session = await openSession(context, "driving", options);
    await tellInterrupted(context, session);
    return await answer(context, session, { asked, ...locked });
  } catch (cause) {
    const error = refusalOfEnvelope(cause);
    if (!isTuttiError(error)) throw error;
    const end = { nowMs: host.clock.nowMs(), durationMs: Math.round(host.clock.monotonicMs() - startedMs) };
    const meta = withoutClaims(withResponseFields({ version: ENVELOPE_VERSION, ...asked?.meta }, end));
    printJson(terminal, encodeEnvelope({ meta, error: envelopeErrorOf(error) }));
    const refusal = await refusalOf(error, host);
    terminal.notice(refusal.text);
    return refusal.exitCode;
  }
}

async function answer(
  context: CommandContext,
  session: Session,
  { asked, ...locked }: { readonly asked: Envelope<Json>; readonly lockedTools?: ToolLock["tools"] },
): Promise<number> {
  const { signal, terminal } = context;
  const workflow = await context.host.readWorkflow(workflowFor(readRequest(asked).data.operation, session.operations));
  const { executionId } = await session.client.call(executeRequest, { envelope: encodeEnvelope(asked), workflow, ...locked }, { signal });
  // Its progress is for people: stdout has the envelope and nothing else.
  await followExecution({ context, session, options: { json: true }, executionId, fromStart: true });
  const { envelope, outcome } = await session.client.call(getResponse, { executionId }, { signal });
  printJson(terminal, envelope);
  await stayForOthers(context, session);
  return exitCodeOf(outcome === undefined ? {} : { outcome });
}
