import type { z } from "zod";

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
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  /** What is told while the operation runs, one by one, before its output. */
  readonly item?: z.ZodType<Item>;
}
