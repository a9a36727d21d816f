import type { Json } from "../base/json.ts";
import type { Path, Problem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import { checkIds } from "./check-ids.ts";
import { checkReferences } from "./check-references.ts";
import { declaredNames } from "./declared-names.ts";
import { noFindings } from "./reading.ts";
import { toWorkflow, WORKFLOW } from "./workflow-shape.ts";

/** What a document says that never was a text of its own. */
export interface ReadDocument {
  /** There unless a problem is an error. */
  readonly workflow?: Workflow;
  /** Their paths have canonical keys. */
  readonly problems: readonly Problem[];
}

/** Reads a workflow from the JSON of its file. `lineOf` tells where its author finds a part of it. */
export function readDocument(document: Json, lineOf: (path: Path) => number): ReadDocument {
  const findings = noFindings();
  const keys = WORKFLOW.readPartly(document, { path: [], findings })?.values;
  const declared = declaredNames(document);
  checkIds(findings, declared, lineOf);
  checkReferences(findings, declared);
  const { errors, warnings } = findings;
  const workflow = keys === undefined || errors.length > 0 ? undefined : toWorkflow(keys);
  return { ...(workflow === undefined ? {} : { workflow }), problems: [...errors, ...warnings] };
}
