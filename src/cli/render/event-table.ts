import type { ExecutionEvent } from "../../model/event.ts";
import { callId } from "../../model/call.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";

/** The journal of an execution, one event per line. */
export function eventTable(events: readonly ExecutionEvent[]): readonly Line[] {
  return tableLines(
    events.map((event): readonly Span[] => [
      span(String(event.seq).padStart(4), "dim"),
      span(`${printMoment(event.atMs)}.${String(event.atMs % 1_000).padStart(3, "0")}`, "dim"),
      span(event.type),
      span(subject(event), "bold"),
      span(details(event)),
    ]),
  );
}

function subject(event: ExecutionEvent): string {
  if ("call" in event) return callId(event.call);
  return "step" in event ? event.step : "";
}

/** All that the event says beside its subject, as one line of JSON. */
function details(event: ExecutionEvent): string {
  const { seq: _seq, atMs: _atMs, type: _type, ...facts } = event;
  const rest = Object.entries(facts).filter(([key]) => key !== "call" && key !== "step");
  return rest.length === 0 ? "" : oneLine(JSON.stringify(Object.fromEntries(rest)), 300);
}
