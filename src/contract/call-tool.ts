import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import { jsonObject, jsonValue } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `call_tool`. */
export interface CallToolInput {
  readonly server: string;
  readonly tool: string;
  readonly arguments?: JsonObject;
  /** Arguments as they were typed: read as JSON, unless the tool wants text there. They outrank `arguments`. */
  readonly typedArguments?: Readonly<Record<string, string>>;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

/** Output of `call_tool`. */
export interface CallToolOutput {
  readonly output: Json;
  readonly durationMs: number;
}

/** Uses one tool once, outside any execution. */
export const callTool: Operation<CallToolInput, CallToolOutput> = {
  name: "call_tool",
  title: "Call a tool",
  description: "Uses one tool once, outside any execution: nothing is journaled and nothing is repeated.",
  kind: "change",
  repeatable: "never",
  permission: "tutti:run",
  route: { method: "POST", path: "/servers/{server}/tools/{tool}/call" },
  tool: "extended",
  errors: ["server.not-found", "tool.not-found", "input.invalid", "server.unavailable", "call.failed"],
  input: wireObject<CallToolInput>({
    server: z.string(),
    tool: z.string(),
    arguments: jsonObject.exactOptional(),
    typedArguments: z.record(z.string(), z.string()).exactOptional(),
    timeoutMs: z.int().min(1).exactOptional(),
  }),
  output: wireObject<CallToolOutput>({ output: jsonValue, durationMs: z.number() }),
};
