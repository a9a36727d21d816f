import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import { jsonObject } from "./json-value.ts";
import type { Operation } from "./operation.ts";

/** Gives the JSON Schema of the workflow file, for editors. */
export const getWorkflowSchema: Operation<Record<string, never>, JsonObject> = {
  name: "get_workflow_schema",
  title: "Get the schema of workflow files",
  description: "Gives the JSON Schema (draft 2020-12) of the workflow file, with which editors complete and check it.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/schemas/workflow" },
  input: z.strictObject({}),
  output: jsonObject,
};
