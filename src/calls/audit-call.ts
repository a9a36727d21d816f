import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import type { CallOutcome } from "../model/call.ts";
import type { AuditEntry } from "../model/audit.ts";
import type { AuditLog } from "../ports/audit.ts";
import { entryAbout } from "./audit-entry.ts";
import type { CallOnItsWay, CallStage } from "./call-stage.ts";
import { redact, redactText } from "./redact.ts";
import type { SensitiveFields } from "./sensitive-fields.ts";

const ARGUMENTS_MAX_BYTES = 2_048;
const REASON_MAX_LENGTH = 1_024;

const NOT_SHOWN = "[not shown: the server could not be asked which of them are sensitive]";

/**
 * Writes every call down. What may change something is in the audit log before it is done, and is not done when the log
 * cannot be written. A call that only reads is written down when it has ended; nobody waits for that as long as the log
 * is known to work, and else a call that cannot be written down gives no answer.
 *
 * Stands behind the check of permissions, whose refusals it does not see, and before secrets are filled in, so that it
 * never has any.
 */
export function auditCall(audit: AuditLog, sensitive: SensitiveFields): CallStage {
  let working = false;

  /** Gives what went wrong, if anything did. */
  async function write(entry: AuditEntry, soon: boolean): Promise<{ readonly error: unknown } | undefined> {
    try {
      await audit.record(entry, soon);
      working = true;
      return undefined;
    } catch (error) {
      working = false;
      return { error };
    }
  }

  return async (call, next) => {
    const { input, effect, staleOnly } = call.request;
    // An old answer is wanted because the server does not answer.
    const names = staleOnly === true ? undefined : await sensitiveNames(call, sensitive);
    const about = entryAbout(call);
    const details = { arguments: names === undefined ? NOT_SHOWN : redact(input, names, ARGUMENTS_MAX_BYTES) };
    const reads = effect === "read";
    const refused = reads ? undefined : await write({ action: "call", decision: "allowed", ...about, details }, false);
    if (refused !== undefined) return notRecorded(call, "the call was not sent", refused.error);
    const outcome = await next(call);
    const end: AuditEntry = {
      action: "call-ended",
      // The injector of the server has the last word.
      decision: outcome.kind === "failed" && outcome.error.kind === "denied" ? "denied" : "allowed",
      ...about,
      ...endOf(outcome, call, names),
      ...routeOf(call, names, reads ? details : {}),
    };
    // The log has it in its hands: it writes what it is given in this order, and before it is closed.
    const written = write(end, working || !reads);
    const withheld = working || !reads ? undefined : await written;
    return withheld === undefined ? outcome : notRecorded(call, "the answer is withheld", withheld.error);
  };
}

/** The server may have to be reached for them, and to wait for that is no work of ours. */
function sensitiveNames(
  { request: { server, tool }, record, signal }: CallOnItsWay,
  sensitive: SensitiveFields,
): ReturnType<SensitiveFields> {
  const found = sensitive(server, tool, signal);
  return found instanceof Promise ? record.queued(async () => await found) : found;
}

function notRecorded({ request: { server, tool } }: CallOnItsWay, what: string, error: unknown): CallOutcome {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${what}, because the audit log cannot be written: ${reason}`;
  return { kind: "failed", accepted: false, error: { kind: "denied", message, server, tool } };
}

/** Of a server with replicas: who had the call, and who had it before; beside what else there is to tell. */
function routeOf({ record, request }: CallOnItsWay, names: readonly string[] | undefined, beside: JsonObject): Pick<AuditEntry, "details"> {
  const { replica, machine, failovers = [], hedged } = record.trip() ?? {};
  const told = failovers.map(({ message, ...failover }) => ({
    ...failover,
    message: redactText(message, request.input, names, REASON_MAX_LENGTH),
  }));
  const details = { ...beside, ...defined({ replica, machine, failovers: told.length === 0 ? undefined : told, hedged }) };
  return Object.keys(details).length === 0 ? {} : { details };
}

function endOf(
  outcome: CallOutcome,
  { request }: CallOnItsWay,
  names: readonly string[] | undefined,
): Pick<AuditEntry, "outcome" | "reason"> {
  if (outcome.kind === "succeeded") {
    const error = outcome.answer?.error;
    return error === undefined ? { outcome: "succeeded" } : { outcome: "partial", reason: reasonOf(error.message) };
  }
  return { outcome: outcome.kind, reason: reasonOf(`${outcome.error.kind}: ${outcome.error.message}`) };

  function reasonOf(message: string): string {
    return redactText(message, request.input, names, REASON_MAX_LENGTH);
  }
}
