import type { Path } from "../model/problem.ts";
import type { DeclaredNames } from "./declared-names.ts";
import { report } from "./reading.ts";
import type { Findings } from "./reading.ts";
import { MOST_STEPS } from "./step-shape.ts";
import { quoted } from "../base/visible.ts";

/** Reports ids that two steps have, and too many steps. `lineOf` tells in which line of the file something stands. */
export function checkIds(findings: Findings, declared: DeclaredNames, lineOf: (path: Path) => number): void {
  const first = new Map<string, Path>();
  for (const phase of ["steps", "finally"] as const) {
    for (const [index, { id }] of declared[phase].entries()) {
      if (id === undefined) continue;
      const path = [phase, index, "id"];
      const earlier = first.get(id);
      if (earlier === undefined) first.set(id, path);
      else report({ findings, path }, "duplicate-step", `duplicate step id ${quoted(id)}: line ${lineOf(earlier)} has a step of that name`);
    }
  }
  const count = declared.steps.length + declared.finally.length;
  // Each list alone is checked where it is read.
  if (count > MOST_STEPS && declared.steps.length <= MOST_STEPS && declared.finally.length <= MOST_STEPS) {
    report({ findings, path: ["finally"] }, "too-many", `the workflow has ${count} steps, at most ${MOST_STEPS} are allowed`, {
      atKey: true,
    });
  }
}
