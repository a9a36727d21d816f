import { nearest } from "../base/nearest.ts";
import { quoted } from "../base/visible.ts";
import { TuttiError } from "../model/errors.ts";
import type { PatternDefinition } from "../model/pattern.ts";
import type { PatternSource } from "../ports/patterns.ts";

/** @throws TuttiError `pattern.not-found` */
export function findPattern(name: string, patterns: PatternSource): PatternDefinition {
  const pattern = patterns.get(name);
  if (pattern !== undefined) return pattern;
  const names = patterns.list().map((known) => known.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${quoted(meant)}?`;
  throw new TuttiError("pattern.not-found", `no pattern has the name ${quoted(name)} - ${hint}`, { pattern: name });
}
