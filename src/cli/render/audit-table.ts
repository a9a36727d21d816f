import { isJsonArray, isJsonObject } from "../../base/json.ts";
import type { Json } from "../../base/json.ts";
import type { RecordedEntry } from "../../model/audit.ts";
import { LOCAL_MACHINE } from "../../model/machine.ts";
import { machineReplicaName, placeOfReplica } from "../../model/replica.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import type { Emphasis } from "./style.ts";
import { tableLines } from "./table.ts";

/** Entries of the audit log, one per line. */
export function auditTable(entries: readonly RecordedEntry[]): readonly Line[] {
  if (entries.length === 0) return [[span("no entries", "dim")]];
  const heading: readonly Span[] = ["NO", "AT", "WHAT", "RESULT", "WHO", "ABOUT", "WHERE", "WHY"].map((text) => span(text, "dim"));
  return tableLines([heading, ...entries.map(row)]);
}

function row(entry: RecordedEntry): readonly Span[] {
  return [
    span(String(entry.seq), "dim"),
    span(printMoment(entry.atMs)),
    span(entry.action),
    span(entry.decision === "denied" ? "denied" : (entry.outcome ?? "allowed"), emphasisOf(entry)),
    span(oneLine(who(entry), 60)),
    span(oneLine(about(entry), 60), "bold"),
    span(oneLine(where(entry), 60)),
    span(oneLine(why(entry), 300)),
  ];
}

function emphasisOf({ decision, outcome }: RecordedEntry): Emphasis | undefined {
  if (decision === "denied" || outcome === "failed") return "bad";
  if (outcome === "unknown" || outcome === "partial") return "warn";
  return outcome === "succeeded" ? "good" : undefined;
}

/** `ada@acme for grace`; `-` when nobody had to say who he is. */
function who({ userId, tenant, onBehalfOf }: RecordedEntry): string {
  const name = `${userId ?? ""}${tenant === undefined ? "" : `@${tenant}`}`;
  return `${name === "" ? "-" : name}${onBehalfOf === undefined ? "" : ` for ${onBehalfOf}`}`;
}

/** `payments.charge`, and `payments#eu.charge` when it is known which of several replicas had it. */
function about({ server, tool, operation, details }: RecordedEntry): string {
  if (server === undefined) return operation ?? "-";
  const machine = textAt(details, "machine");
  const elsewhere = machine === "" || machine === LOCAL_MACHINE ? textAt(details, "replica") : machineReplicaName(machine);
  return `${placeOfReplica(server, elsewhere)}.${tool ?? ""}`;
}

/** `after eu (timeout), us (connection)`: the replicas that could not do it. */
function why({ reason, details }: RecordedEntry): string {
  const failovers = isJsonObject(details) ? details["failovers"] : undefined;
  const left = (isJsonArray(failovers) ? failovers : []).map((failover) => `${textAt(failover, "replica")} (${textAt(failover, "kind")})`);
  return [reason ?? "", left.length === 0 ? "" : `after ${left.join(", ")}`].filter((part) => part !== "").join("; ");
}

function textAt(value: Json | undefined, key: string): string {
  const text = isJsonObject(value) ? value[key] : undefined;
  return typeof text === "string" ? text : "";
}

/** `0193f2c7-89ab charge#2`: the second attempt of a call of an execution. */
function where({ executionId, call, attempt }: RecordedEntry): string {
  if (executionId === undefined) return "-";
  return `${shortId(executionId)} ${call ?? ""}${attempt === undefined || attempt === 1 ? "" : `#${attempt}`}`.trim();
}
