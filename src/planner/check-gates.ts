import type { CheckRegistry } from "../model/check.ts";
import type { Problem } from "../model/problem.ts";
import type { StepGate } from "../model/step-gate.ts";
import { checkAction, isReview } from "./expand-gates.ts";
import type { StepEntry } from "./step-entry.ts";
import type { StepPart } from "./step-parts.ts";
import { hintAt } from "./unknown-name.ts";

const KINDS: readonly StepGate["kind"][] = ["enforcement", "validation"];

/**
 * Finds gates that cannot be: a check that nobody has registered, and one whose tool is not there or takes other arguments.
 *
 * @param checkPart - looks at the use of a tool
 */
export function createGateCheck(
  registry: CheckRegistry | undefined,
  checkPart: (part: StepPart) => readonly Problem[],
): (entry: StepEntry) => readonly Problem[] {
  if (registry === undefined) return () => [];
  return ({ step, path }) =>
    KINDS.flatMap((kind) => {
      const name = step[kind];
      if (name === undefined || isReview(name)) return [];
      const check = Object.hasOwn(registry.checks, name) ? registry.checks[name] : undefined;
      const place = [...path, kind];
      if (check === undefined) return [unknownCheck(name, Object.keys(registry.checks), place)];
      if (check.kind === "command") return [];
      const use = checkAction(name, check, step.id);
      const part: StepPart = {
        owner: "step",
        path: [...place, "with"],
        template: use.with,
        expressions: [],
        callee: { kind: "tool", use },
      };
      return checkPart(part).map(({ code, severity, message }) => ({
        code,
        severity,
        message: `the check "${name}" of tutti.yaml cannot be run: ${message}`,
        path: place,
      }));
    });
}

function unknownCheck(name: string, known: readonly string[], path: Problem["path"]): Problem {
  const hint = known.length === 0 ? "" : hintAt(name, known).text;
  const remedy = `add it to tutti.yaml, as in checks: { ${name}: { command: npm, args: [test] } }`;
  return { code: "unknown-check", severity: "error", message: `there is no check "${name}"${hint}; ${remedy}`, path };
}
