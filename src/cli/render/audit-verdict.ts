import type { AuditVerdict } from "../../model/audit.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";

/** What verifying the audit log has found. */
export function auditVerdict(verdict: AuditVerdict): readonly Line[] {
  const { sound, findings, entries, checkpoints, signedSeq, takenOver } = verdict;
  const size = `${counted(entries, "entry", "entries")}, ${counted(checkpoints, "checkpoint", "checkpoints")}`;
  const first: Line = sound
    ? [span("the audit log is sound", "good"), span(`: ${size}`)]
    : [span("the audit log is not as it was written", "bad"), span(`: ${size}`)];
  const found = findings.map(({ kind, message }): readonly Span[] => [span(kind, "bad"), span(oneLine(message, 1_000))]);
  return [first, ...tableLines(found, "  "), ...unsigned(entries - signedSeq, sound), ...foreign(takenOver)];
}

/** Only where nothing is wrong: else it is not known which entries are missing. */
function unsigned(count: number, sound: boolean): readonly Line[] {
  if (count <= 0 || !sound) return [];
  const one = count === 1;
  const what = `the last ${one ? "entry is" : `${count} entries are`} not signed yet`;
  return [[span(`${what}: that takes a second (looking is recorded too), unless a process was killed before it could sign`, "dim")]];
}

function foreign(count: number): readonly Line[] {
  if (count === 0) return [];
  return [[span(`${counted(count, "entry was", "entries were")} signed by another process than the one that wrote them`, "dim")]];
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
