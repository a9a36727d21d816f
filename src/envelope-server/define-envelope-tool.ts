import { defined } from "../base/defined.ts";
import type { JsonObject } from "../base/json.ts";
import { requireContext } from "../context/ambient-context.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { McpToolCall } from "../envelope/payloads.ts";
import { envelopeOf } from "./answer-envelope.ts";
import type { EnvelopeTool, RunningCall, ToolAnnotations, ToolAnswer, ToolEnvelope } from "./envelope-tool.ts";
import { toldError, ToolError } from "./tool-error.ts";
import { type SchemaSource, toolSchema, type ToolSchema, type ValueOf } from "./tool-schema.ts";

/** A tool as its author writes it. */
export interface EnvelopeToolDefinition<Input extends SchemaSource> {
  /** 1 to 128 of `A-Za-z0-9_.-`. */
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** Of an object. Arguments are checked against it before the tool is run. */
  readonly inputSchema: Input;
  /** Of an object. Results are checked against it before they are sent. */
  readonly outputSchema?: SchemaSource;
  readonly annotations?: ToolAnnotations;
  /** Refuses calls that name no tenant. Default false. */
  readonly requiresTenant?: boolean;
  /**
   * Does the work and gives the result; in an envelope of `answerEnvelope` when there is more to say: metadata, or an
   * error beside a part of the result. Throws a `ToolError` to say no.
   */
  execute(envelope: ToolEnvelope<ValueOf<Input, JsonObject>>, call: RunningCall): ToolAnswer | Promise<ToolAnswer>;
}

const NAME = /^[A-Za-z0-9_.-]{1,128}$/;

/**
 * Makes a tool that takes and gives envelopes. `serveEnvelopeTools` serves it, also to clients that know no envelopes.
 *
 * @throws Error - the name is not one that MCP allows, or a schema is none of an object
 */
export function defineEnvelopeTool<Input extends SchemaSource>(definition: EnvelopeToolDefinition<Input>): EnvelopeTool {
  const { name, title, description, annotations, requiresTenant = false } = definition;
  if (!NAME.test(name)) throw new Error(`"${name}" is no name for a tool: it has 1 to 128 of A-Z, a-z, 0-9, "_", "." and "-"`);
  const input = schemaOf(name, definition.inputSchema, "input");
  const output = definition.outputSchema === undefined ? undefined : schemaOf(name, definition.outputSchema, "output");
  return {
    name,
    description,
    schema: input.document,
    ...defined({ title, annotations, outputSchema: output?.document }),
    async execute(envelope, call) {
      try {
        if (requiresTenant) requireContext().requireTenant();
        // The schema of the tool's author has made the parameters, so they are of its type.
        const parameters = (await checkedParameters(envelope, input)) as ValueOf<Input, JsonObject>;
        const checked = { ...envelope, data: { tool: name, parameters } };
        return await envelopeOf(checked, await definition.execute(checked, call), output);
      } catch (error) {
        const told = toldError(error);
        if (told === undefined) throw error;
        return { meta: envelope.meta, error: told };
      }
    },
  };
}

function schemaOf(name: string, source: SchemaSource, io: "input" | "output"): ToolSchema {
  try {
    return toolSchema(source, io);
  } catch (error) {
    throw new Error(`the tool "${name}": ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function checkedParameters(envelope: Envelope<McpToolCall>, input: ToolSchema): Promise<unknown> {
  const verdict = await input.check(envelope.data?.parameters ?? {});
  if (verdict.problems === undefined) return verdict.value;
  throw new ToolError(verdict.problems.join("; "), { type: "Validation", details: { problems: verdict.problems } });
}
