import { applyPattern } from "../contract/apply-pattern.ts";
import { getPatternApplication } from "../contract/get-pattern-application.ts";
import { listPatternApplications } from "../contract/list-pattern-applications.ts";
import { listPatterns } from "../contract/list-patterns.ts";
import { validatePatternApplication } from "../contract/validate-pattern-application.ts";
import { applyPattern as handleApply } from "../operations/apply-pattern.ts";
import type { ApplyPatternPorts } from "../operations/apply-pattern.ts";
import { getPatternApplication as handleGet } from "../operations/get-pattern-application.ts";
import { listPatternApplications as handleListApplications } from "../operations/list-pattern-applications.ts";
import { listPatterns as handleList } from "../operations/list-patterns.ts";
import { validatePatternApplication as handleValidate } from "../operations/validate-pattern-application.ts";
import type { OperationTable } from "./operation-table.ts";

/** Adds what can be asked about patterns, and done with them. */
export function addPatternOperations(table: OperationTable, ports: ApplyPatternPorts): OperationTable {
  return table
    .add(listPatterns, (input) => handleList(input, ports.patterns))
    .add(validatePatternApplication, (input, context) => handleValidate(input, ports, context))
    .add(applyPattern, (input, context) => handleApply(input, ports, context))
    .add(getPatternApplication, (input, context) => handleGet(input, ports, context))
    .add(listPatternApplications, (input, context) => handleListApplications(input, ports, context));
}
