import type { TemplateReference } from "../expression/references.ts";
import type { Problem } from "../model/problem.ts";
import { placeOf, type StepEntries, type StepEntry, type StepRead, visitReads } from "./step-entry.ts";
import type { StepPart } from "./step-parts.ts";
import type { NeedsList } from "./topological-order.ts";

/** An edge that is wanted, but is given up when it would close a circle. */
export interface WantedEdge {
  readonly node: number;
  readonly need: number;
  /** What is to be said then. */
  readonly otherwise?: () => Problem;
}

/** What waits for what, as the workflow says it. */
export interface Links {
  readonly needs: NeedsList;
  readonly wanted: readonly WantedEdge[];
  readonly problems: readonly Problem[];
}

/** Takes the steps one after the other, so that what their parts hold need not be kept. */
export interface LinkCollector {
  readonly add: (entry: StepEntry, parts: readonly StepPart[]) => void;
  /** Complete when every step has been added. */
  readonly links: Links;
}

/**
 * Finds what each step needs.
 *
 * - `needs`, and every step that is read before a step ends, come before it; also those that only its `verify` and its
 *   `fallback` read, because what comes after the step is not there yet when they are evaluated.
 * - A step that its `compensate` reads comes before it too, so that whenever there is something to undo, what undoing
 *   it takes is there. Where that is impossible, because the other one waits for this step, it is left as it is with a
 *   warning; and an optional read (`steps.x.?output`) says that the author knows. Compensation reads the output of its
 *   own step as a matter of course.
 * - A finally step begins when all steps are over, so reading them makes no edge, and no step can need a finally step.
 */
export function createLinks(entries: StepEntries): LinkCollector {
  const needs: (readonly number[])[] = [];
  const sink: Sink = { wanted: [], problems: [] };
  return {
    links: { needs, ...sink },
    add: (entry, parts) => {
      const needed = new Set<number>();
      for (const [place, id] of entry.step.needs.entries()) {
        const target = entries.byId.get(id);
        if (target === undefined) continue;
        if (target.phase === entry.phase) needed.add(target.index);
        else sink.problems.push(needsOtherPhase(entry, target, place));
      }
      for (const part of parts) {
        visitReads(part, (read, expression) => {
          const target = entries.byId.get(read.step);
          if (target !== undefined) linkRead({ entry, target, part, read, expression }, needed, sink);
        });
      }
      needs[entry.index] = needed.size < 2 ? [...needed] : [...needed].sort((left, right) => left - right);
    },
  };
}

interface Sink {
  readonly wanted: WantedEdge[];
  readonly problems: Problem[];
}

interface FoundRead {
  readonly entry: StepEntry;
  readonly target: StepEntry;
  readonly part: StepPart;
  readonly read: StepRead;
  readonly expression: TemplateReference;
}

function linkRead(found: FoundRead, needed: Set<number>, sink: Sink): void {
  const { entry, target, part } = found;
  if (target.phase !== entry.phase) {
    if (entry.phase === "main") sink.problems.push(readsFinally(found));
  } else if (part.owner !== "compensate") needed.add(target.index);
  else if (mustBeThere(found)) linkUndo(found, sink);
}

/** Whether the read fails when the step has not ended. A status is always there, and so is the step as a whole. */
function mustBeThere({ read }: FoundRead): boolean {
  return "part" in read && (read.part === "output" || read.part === "error") && !read.optional;
}

function linkUndo(found: FoundRead, sink: Sink): void {
  const { entry, target } = found;
  if (entry !== target) sink.wanted.push({ node: entry.index, need: target.index, otherwise: () => mayNotBeThere(found) });
  else if (entry.step.forEach !== undefined) sink.problems.push(readsWholeList(found));
}

function needsOtherPhase(entry: StepEntry, target: StepEntry, place: number): Problem {
  const { id } = target.step;
  const message =
    entry.phase === "main"
      ? `"${entry.step.id}" cannot need "${id}", which is a finally step and runs when all steps are over`
      : `"${entry.step.id}" runs when all steps are over and needs none of them - to run only after a success, write if: \${{ succeeded('${id}') }}`;
  return { code: "wrong-phase", severity: "error", message, path: [...entry.path, "needs", place] };
}

function readsFinally(found: FoundRead): Problem {
  const { entry, target } = found;
  const message = `"${entry.step.id}" cannot read "${target.step.id}", which is a finally step and runs when all steps are over`;
  return { code: "wrong-phase", severity: "error", message, ...placeOfRead(found) };
}

function readsWholeList(found: FoundRead): Problem {
  const { id } = found.entry.step;
  return notThereYet(
    found,
    `the items of "${id}" are undone one by one, also when its list of outputs is not complete; the output of the item is "output"`,
  );
}

function mayNotBeThere(found: FoundRead): Problem {
  const [id, other] = [found.entry.step.id, found.target.step.id];
  return notThereYet(
    found,
    `"${other}" runs after "${id}" and may not have completed when "${id}" is undone; read it as .?output, and say what holds without it`,
  );
}

function notThereYet(found: FoundRead, message: string): Problem {
  return { code: "not-there-yet", severity: "warning", message, ...placeOfRead(found) };
}

function placeOfRead({ part, expression, read }: FoundRead): Pick<Problem, "path" | "range"> {
  return placeOf(part, expression, read);
}
