import type { ServerContext } from "@modelcontextprotocol/server";
import * as z from "zod";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { tooDeep } from "../base/too-deep.ts";
import type { Operation } from "../contract/operation.ts";
import type { OperationCaller } from "../contract/operation-caller.ts";
import { parseInput } from "../contract/parse-input.ts";
import { REQUEST_KEY_LENGTH_MAX } from "../contract/workflow-definition.ts";
import { IDEMPOTENCY_KEY } from "../envelope/meta-keys.ts";
import { TuttiError } from "../model/errors.ts";
import type { OperationTool } from "./operation-tools.ts";
import { progressTeller } from "./progress-teller.ts";

/** What an operation gave, as it goes over the wire and as a sentence. */
export interface OperationAnswer {
  readonly document: JsonObject;
  readonly summary?: string;
}

/**
 * Carries an operation out that a client has called as a tool. What the operation tells on its way becomes progress.
 *
 * @throws TuttiError `input.invalid` - with everything that is wrong; whatever the operation refuses
 */
export async function callOperation(
  { operation, takesRequestKey }: OperationTool,
  given: unknown,
  caller: OperationCaller,
  context: Pick<ServerContext, "mcpReq">,
): Promise<OperationAnswer> {
  const { signal, _meta: meta } = context.mcpReq;
  const parsed = readOperationInput(operation, takesRequestKey ? withRequestKey(given, meta) : given);
  const tell = progressTeller(context);
  const output = await caller.call(operation, parsed, { signal, tell: (item) => tell({ message: told(operation.item, item) }) });
  // Whatever an operation gives is an object on the wire; a test reads all schemas.
  const document = z.encode(operation.output, output) as JsonObject;
  const summary = operation.summary?.(output);
  return summary === undefined ? { document } : { document, summary };
}

/** @throws TuttiError `input.invalid` - with everything that is wrong */
export function readOperationInput<Input>({ name, input }: Pick<Operation<Input, unknown>, "name" | "input">, given: unknown): Input {
  if (tooDeep(given)) throw invalid(name, ["the input is nested too deeply"]);
  const parsed = parseInput(input, given ?? {});
  if (parsed.success) return parsed.data;
  throw invalid(
    name,
    parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`)),
  );
}

function invalid(name: string, problems: readonly string[]): TuttiError {
  return new TuttiError("input.invalid", `${name} cannot take this: ${problems.join("; ")}`, { problems });
}

/** Clients that repeat requests by themselves put the key beside the arguments, as they do for every server. */
function withRequestKey(given: unknown, meta: unknown): unknown {
  const key = isJsonObject(meta) ? meta[IDEMPOTENCY_KEY] : undefined;
  if (typeof key !== "string" || key === "" || key.length > REQUEST_KEY_LENGTH_MAX) return given;
  const members = isJsonObject(given) ? given : {};
  return Object.hasOwn(members, "request_key") ? members : { ...members, request_key: key };
}

function told(schema: z.ZodType | undefined, item: unknown): string {
  const document = schema === undefined ? null : (z.encode(schema, item) as Json);
  return JSON.stringify(document).slice(0, MESSAGE_LENGTH_MAX);
}

const MESSAGE_LENGTH_MAX = 1_000;
