import * as z from "zod";
import type { Json } from "../base/json.ts";
import { tooDeep } from "../base/too-deep.ts";
import type { CallOptions, OperationClient } from "../client/operation-client.ts";
import type { Operation } from "../contract/operation.ts";
import { parseInput } from "../contract/parse-input.ts";
import { TuttiError } from "../model/errors.ts";

/** More than any input may have. What goes through values descends, and has a stack for some thousands. */
const LEVELS_MAX = 1_000;

/** What has come over a wire. */
export interface NamedCall {
  readonly name: string;
  /** The one of that name; undefined when there is none. */
  readonly operation: Operation<unknown, unknown, unknown> | undefined;
  readonly document: unknown;
}

/**
 * Carries out what has come over a wire, and answers for the wire.
 *
 * @throws TuttiError `usage` - there is no such operation, or the input is not what it takes
 */
export async function callByName(
  client: OperationClient,
  { name, operation, document }: NamedCall,
  { signal, tell }: CallOptions<Json>,
): Promise<Json> {
  if (operation === undefined) throw new TuttiError("usage", `there is no operation "${name}"`, {});
  if (tooDeep(document, LEVELS_MAX)) throw new TuttiError("usage", `${name}: the input is nested more than ${LEVELS_MAX} levels deep`, {});
  const input = parseInput(operation.input, document);
  if (!input.success) throw new TuttiError("usage", `${name}: ${z.prettifyError(input.error)}`, {});
  const { item: schema } = operation;
  const tellItem = schema === undefined || tell === undefined ? {} : { tell: (item: unknown) => tell(z.encode(schema, item) as Json) };
  return z.encode(operation.output, await client.call(operation, input.data, { signal, ...tellItem })) as Json;
}
