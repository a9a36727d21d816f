import { defined } from "../../base/defined.ts";
import { auditHead } from "../../contract/audit-head.ts";
import { getAuditHead } from "../../contract/get-audit-head.ts";
import { queryAudit } from "../../contract/query-audit.ts";
import { verifyAudit } from "../../contract/verify-audit.ts";
import type { AuditEntry, AuditHead } from "../../model/audit.ts";
import { TuttiError } from "../../model/errors.ts";
import { openSession, printDocument, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { readLimit } from "../read-limit.ts";
import { readMoment } from "../read-moment.ts";
import { auditTable } from "../render/audit-table.ts";
import { auditVerdict } from "../render/audit-verdict.ts";
import { printMoment } from "../render/moment.ts";

export interface AuditListOptions extends CommonOptions {
  readonly execution?: string;
  readonly request?: string;
  readonly workflow?: string;
  readonly trace?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly action?: AuditEntry["action"];
  readonly decision?: AuditEntry["decision"];
  readonly since?: string;
  readonly until?: string;
  readonly oldestFirst?: boolean;
  readonly limit?: string;
  readonly cursor?: string;
}

/** `tutti audit list` */
export async function list(context: CommandContext, options: AuditListOptions): Promise<number> {
  const { action, cursor, decision, execution, oldestFirst, request, since, tenant, trace, until, user, workflow } = options;
  const nowMs = context.host.clock.nowMs();
  const input = defined({
    requestId: request,
    workflowId: workflow,
    executionId: execution,
    traceId: trace,
    tenant,
    userId: user,
    action,
    decision,
    sinceMs: since === undefined ? undefined : readMoment(since, "--since", nowMs),
    untilMs: until === undefined ? undefined : readMoment(until, "--until", nowMs),
    oldestFirst,
    limit: readLimit(options.limit ?? "50"),
    cursor,
  });
  await using session = await openSession(context, "audit", options);
  const page = await session.client.call(queryAudit, input, { signal: context.signal });
  if (options.json === true) await printDocument(context, queryAudit, page);
  else {
    context.terminal.out.lines(auditTable(page.entries));
    if (page.nextCursor !== undefined) context.terminal.notice(`there are more: add --cursor ${page.nextCursor}`);
  }
  return 0;
}

export interface AuditVerifyOptions extends CommonOptions {
  readonly head?: string;
  readonly publicKey?: string;
}

/** `tutti audit verify`: 1 when something was found. */
export async function verify(context: CommandContext, options: AuditVerifyOptions): Promise<number> {
  const { host, terminal, signal } = context;
  const input = defined({
    head: options.head === undefined ? undefined : readHead(await host.readText(options.head), options.head),
    publicKeys: options.publicKey === undefined ? undefined : await host.readText(options.publicKey),
  });
  await using session = await openSession(context, "audit", options);
  const verdict = await session.client.call(verifyAudit, input, { signal });
  if (options.json === true) await printDocument(context, verifyAudit, verdict);
  else terminal.out.lines(auditVerdict(verdict));
  return verdict.sound ? 0 : 1;
}

/** `tutti audit head` */
export async function head(context: CommandContext, options: CommonOptions): Promise<number> {
  const newest = await newestHead(context, options);
  if (options.json === true) await printDocument(context, getAuditHead, newest);
  else {
    const { number, seq, hash, atMs, keyId } = newest;
    context.terminal.out.write(
      `checkpoint ${number}, of ${seq} entries, made at ${printMoment(atMs)} with the key ${keyId}\nhash ${hash}\n`,
    );
  }
  return 0;
}

/** `tutti audit key` */
export async function key(context: CommandContext, options: CommonOptions): Promise<number> {
  const { keyId, publicKey } = await newestHead(context, options);
  if (publicKey === undefined) {
    throw new TuttiError("file.unreadable", `the key ${keyId} is not here, with which the audit log was signed`, { file: "audit.key" });
  }
  if (options.json === true) printJson(context.terminal, { key_id: keyId, public_key: publicKey });
  else context.terminal.out.write(publicKey);
  return 0;
}

async function newestHead(context: CommandContext, options: CommonOptions): Promise<AuditHead> {
  await using session = await openSession(context, "audit", options);
  return await session.client.call(getAuditHead, {}, { signal: context.signal });
}

function readHead(text: string, file: string): AuditHead {
  const problem = `${file} is no head of an audit log; "tutti audit head --json" prints one`;
  try {
    const parsed = auditHead.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch (cause) {
    throw new TuttiError("input.invalid", problem, { problems: [problem] }, { cause });
  }
  throw new TuttiError("input.invalid", problem, { problems: [problem] });
}
