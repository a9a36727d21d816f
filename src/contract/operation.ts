import type { z } from "zod";
import type { ErrorCode } from "../model/errors.ts";

/**
 * One thing that the world may ask of Tutti. The command, the tool, the route and the client all follow from this.
 *
 * The schemas read and write the documents that go over a wire (snake_case, moments as ISO 8601); what they parse to
 * is what handlers take and give.
 */
export interface Operation<Input, Output, Item = never> {
  /** snake_case, a verb and a noun. Never renamed. */
  readonly name: string;
  readonly title: string;
  /** What it does and what is true afterwards, for people and for models. */
  readonly description: string;
  /** Whether it changes anything. */
  readonly kind: "read" | "change";
  /** Whether asking again, when the answer to the first was lost, does no harm. */
  readonly repeatable: "always" | "with-request-key" | "never";
  /** What a verified caller must be allowed to do. */
  readonly permission: OperationPermission;
  /** Where HTTP has it. Without one it is only for this machine's own commands. */
  readonly route?: Route;
  /** Whether MCP offers it as a tool: always, or when the extended tools are asked for. */
  readonly tool?: "standard" | "extended";
  /** The refusals that whoever asks should know how to meet, beside those of every operation (usage, identity, access). */
  readonly errors?: readonly ErrorCode[];
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  /** What is told while the operation runs, one by one, before its output. */
  readonly item?: z.ZodType<Item>;
  /** The output in a sentence or two, for whoever reads and does not parse. Default: the document itself. */
  summary?(output: Output): string;
}

/** Everybody who is let in has the first three, unless `default_permissions` says otherwise. */
export type OperationPermission = "tutti:read" | "tutti:run" | "tutti:write" | "tutti:admin";

/**
 * A method and a path below `/api/v1`. Names in braces are members of the input; the others come in the query of a GET or
 * a DELETE, else in the body. No path of a method may be taken for another one of it.
 */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** Where what it has made can be read: a path with members of the output in braces. `created: false` there means that it was found. */
  readonly creates?: string;
}
