import { humanDuration } from "../../base/duration.ts";
import type { ExecutionNews } from "../../contract/news.ts";
import type { CallRef, CallTrip } from "../../model/call.ts";
import type { ExecutionEvent } from "../../model/event.ts";
import { printMoment } from "./moment.ts";
import { oneLine } from "./safe-text.ts";
import { shortId } from "./short-id.ts";
import { span } from "./span.ts";
import type { Line } from "./span.ts";
import type { Emphasis } from "./style.ts";

type EventOf<Type extends ExecutionEvent["type"]> = Extract<ExecutionEvent, { type: Type }>;

/** Tells an execution as it happens, in lines for a log: begin, end, and everything unusual. Items are told only when they fail. */
export class Narrator {
  /** When a step or the first attempt of a call began. */
  readonly #startsMs = new Map<string, number>();
  readonly #itemCounts = new Map<string, number>();
  /** What stands before the steps of a child execution: the step that runs it. */
  readonly #prefixes = new Map<string, string>();
  readonly #executionId: string;
  readonly #subject: string;
  /** The last event that was told, by execution: after a change of the owner some come twice. */
  readonly #toldSeqs = new Map<string, number>();

  /**
   * @param executionId - of the execution that is told with its children, or its beginning
   * @param subject - stands before every line, when several executions are told at once
   */
  constructor(executionId: string, subject: string = "") {
    this.#executionId = executionId;
    this.#subject = subject;
  }

  tell(news: ExecutionNews): readonly Line[] {
    if (news.type !== "event") return [];
    const prefix = this.#prefixes.get(news.executionId) ?? this.#firstPrefix(news.executionId);
    const { event } = news;
    if (event.seq <= (this.#toldSeqs.get(news.executionId) ?? 0)) return [];
    this.#toldSeqs.set(news.executionId, event.seq);
    if (event.type === "call-started" && event.childId !== undefined) this.#prefixes.set(event.childId, `${prefix}${event.call.step}/`);
    const told = this.#tellEvent(event, prefix);
    return told === undefined ? [] : [told];
  }

  /** A child that began before anybody listened is named by its id. */
  #firstPrefix(executionId: string): string {
    return executionId.startsWith(this.#executionId) ? this.#subject : `${this.#subject}${shortId(executionId)}/`;
  }

  #tellEvent(event: ExecutionEvent, prefix: string): Line | undefined {
    switch (event.type) {
      case "step-started":
      case "step-overdue":
      case "step-completed":
      case "step-failed":
      case "step-skipped":
      case "approval-answered":
        return this.#tellStep(event, prefix);
      case "call-started":
      case "call-succeeded":
      case "call-failed":
        return event.call.item === undefined || event.type === "call-failed" ? this.#tellCall(event, prefix) : undefined;
      case "call-interrupted":
        return line("↻", "warn", `${prefix}${nameOf(event.call)}: interrupted, and will be repeated: ${oneLine(event.error.message)}`);
      case "call-in-doubt":
        return line("?", "warn", `${prefix}${nameOf(event.call)}: in doubt: ${oneLine(event.error.message)}`);
      case "call-resolved":
        return line(
          "?",
          "good",
          `${prefix}${nameOf(event.call)}: ${event.verdict.replace("_", " ")}, says ${event.by === "verify" ? "its probe" : "a person"}`,
        );
      default:
        return tellExecution(event, prefix);
    }
  }

  #tellStep(
    event: EventOf<"step-started" | "step-overdue" | "step-completed" | "step-failed" | "step-skipped" | "approval-answered">,
    prefix: string,
  ): Line {
    const name = `${prefix}${event.step}`;
    switch (event.type) {
      case "step-started":
        this.#startsMs.set(name, event.atMs);
        return line("▶", "active", `${name}: ${this.#beginning(event, name)}`);
      case "step-overdue":
        return line("✖", "warn", `${name}: its max_duration is over`);
      case "step-completed": {
        const items = this.#itemCounts.get(name);
        const what = items === undefined ? "completed" : `${items} ${items === 1 ? "item" : "items"} completed`;
        return line("✔", "good", `${name}: ${what}${this.#took(name, event.atMs)}${degraded(event.degraded)}`);
      }
      case "step-failed":
        return line("✖", "bad", `${name}: failed: ${oneLine(event.error.message)}`);
      case "step-skipped":
        return line("-", "dim", `${name}: skipped (${event.reason})`);
      case "approval-answered": {
        const by = event.by === undefined ? "" : ` by ${oneLine(event.by, 80)}`;
        const comment = event.comment === undefined ? "" : `: ${oneLine(event.comment)}`;
        return line(
          event.approved ? "✔" : "✖",
          event.approved ? "good" : "bad",
          `${name}: ${event.approved ? "approved" : "refused"}${by}${comment}`,
        );
      }
    }
  }

  #beginning(event: EventOf<"step-started">, name: string): string {
    if (event.items !== undefined) {
      this.#itemCounts.set(name, event.items.length);
      return `${event.items.length} ${event.items.length === 1 ? "item" : "items"}`;
    }
    if (event.approval !== undefined) return `waits for approval: ${oneLine(event.approval.message)}`;
    return event.wakeAtMs === undefined ? "begins" : `waits until ${printMoment(event.wakeAtMs)}`;
  }

  #tellCall(event: EventOf<"call-started" | "call-succeeded" | "call-failed">, prefix: string): Line | undefined {
    const name = `${prefix}${nameOf(event.call)}`;
    switch (event.type) {
      case "call-started":
        if (event.attempt > 1) return line("↻", "active", `${name}: attempt ${event.attempt}`);
        this.#startsMs.set(name, event.atMs);
        return line("▶", "active", `${name}: ${targetOf(event)}`);
      case "call-succeeded": {
        if (event.call.role === "verify") return undefined;
        const what = event.call.role === "compensate" ? "undone" : "completed";
        return line("✔", "good", `${name}: ${what}${this.#took(name, event.atMs)}${elsewhere(event.trip)}${degraded(event.degraded)}`);
      }
      case "call-failed": {
        const message = oneLine(event.error.message);
        if (event.retryAtMs === undefined) return line("✖", "bad", `${name}: failed: ${message}`);
        const delay = humanDuration(Math.max(0, event.retryAtMs - event.atMs));
        return line("↻", "warn", `${name}: attempt ${event.error.attempt ?? ""} failed, again in ${delay}: ${message}`.replace("  ", " "));
      }
    }
  }

  #took(name: string, atMs: number): string {
    const startMs = this.#startsMs.get(name);
    return startMs === undefined ? "" : ` in ${humanDuration(Math.max(0, atMs - startMs))}`;
  }
}

function tellExecution(event: ExecutionEvent, prefix: string): Line | undefined {
  const by = "by" in event && event.by !== undefined ? ` by ${oneLine(event.by, 80)}` : "";
  switch (event.type) {
    case "execution-paused":
      return line("‖", "warn", `${prefix}paused${by}`);
    case "execution-resumed":
      return line("▶", "active", `${prefix}goes on${by}`);
    case "cancel-requested":
      return line("✖", "warn", `${prefix}cancelled: ${event.reason}${by}`);
    case "compensation-started":
      return line("↶", "warn", `${prefix}undoing what was done`);
    default:
      return undefined;
  }
}

function line(sign: string, emphasis: Emphasis, text: string): Line {
  return [span(`${sign} `, emphasis), span(text)];
}

function nameOf(call: CallRef): string {
  const base = call.item === undefined ? call.step : `${call.step}[${call.item}]`;
  return call.role === undefined ? base : `${base} (${call.role})`;
}

function targetOf(event: EventOf<"call-started">): string {
  if (event.server !== undefined) return oneLine(`${event.server}.${event.tool ?? ""}`);
  return event.childId === undefined ? "begins" : `runs execution ${event.childId}`;
}

/** Who has done it instead of whom. */
function elsewhere(trip: CallTrip | undefined): string {
  const left = trip?.failovers?.map(({ replica, message }) => `${oneLine(replica, 64)}: ${oneLine(message, 80)}`) ?? [];
  return left.length === 0 ? "" : ` at ${oneLine(trip?.replica ?? trip?.machine ?? "", 64)}, after ${left.join("; ")}`;
}

function degraded(source: string | undefined): string {
  return source === undefined ? "" : ` (degraded: ${source.replace("_", " ")})`;
}
