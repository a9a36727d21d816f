import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";

/** What JSON objects can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One MCP server: some tools over one SQLite file. Two services may share a file. */
export interface Service {
  /** As people call it: it stands in error messages. */
  readonly title: string;
  readonly store: Store;
  readonly tools: readonly ServiceTool[];
}

/** What is in a SQLite file when it is new. */
export interface Store {
  /** The name of the file, without `.db`. */
  readonly name: string;
  readonly schema: string;
  readonly seed: (database: DatabaseSync) => void;
}

export interface ServiceTool {
  readonly name: string;
  readonly description: string;
  /** `reads` changes nothing; `changes` acts once for each idempotency key; `repeatable` does so also without a key. */
  readonly effect: "reads" | "changes" | "repeatable";
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Acts, or throws a `Refusal` and has changed nothing. Runs inside of a transaction if it changes something. */
  readonly run: (scope: ToolScope, input: unknown) => JsonObject;
}

/** Where a tool acts. Every query of every tool names the tenant. */
export interface ToolScope {
  readonly database: DatabaseSync;
  readonly tenant: string;
  readonly now: Date;
}

/** Why a tool did not do what it was asked. Nothing has changed. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Defines a tool whose code sees its arguments with their types. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(tool: {
  readonly name: string;
  readonly description: string;
  readonly effect: ServiceTool["effect"];
  readonly input: Input;
  readonly output: Output;
  readonly run: (scope: ToolScope, input: z.infer<Input>) => z.infer<Output> & JsonObject;
}): ServiceTool {
  return { ...tool, run: (scope, input) => tool.run(scope, parsed(tool.input, input)) };
}

function parsed<Input extends z.ZodObject>(schema: Input, given: unknown): z.infer<Input> {
  const result = schema.safeParse(given);
  if (!result.success) throw new Refusal(z.prettifyError(result.error));
  return result.data;
}

/** An amount of money: whole cents, never a fraction. */
export const money = z.strictObject({ amount_minor: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) });
