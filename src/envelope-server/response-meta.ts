import { type Elapsed, withResponseFields } from "../envelope/child-meta.ts";
import { decodeEnvelope, encodeEnvelope } from "../envelope/envelope-codec.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { Meta } from "../envelope/meta.ts";

/** What a tool may say in the meta of its answer. Ids, tenant, identity and trace are those of the call, whatever the tool says. */
const SAID_BY_TOOLS = ["correlationContext", "workflowContext", "serviceChain", "performance", "monitoring", "extensions"] as const;

/**
 * The meta of the answer to a call.
 *
 * @throws EnvelopeInvalidError - the tool has put something into the meta or the error that no envelope can carry
 */
export function responseMeta(call: Meta, answer: Envelope<unknown>, elapsed: Elapsed): Meta {
  const said = SAID_BY_TOOLS.flatMap((name) => (answer.meta[name] === call[name] ? [] : [[name, answer.meta[name]] as const]));
  const meta: Meta = { ...withResponseFields(call, elapsed), ...Object.fromEntries(said.filter(([, value]) => value !== undefined)) };
  const { error } = answer;
  if (said.length > 0 || error !== undefined)
    decodeEnvelope(encodeEnvelope({ meta, data: null, ...(error === undefined ? {} : { error }) }));
  return meta;
}
