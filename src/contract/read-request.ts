import type { Json } from "../base/json.ts";
import { EnvelopeInvalidError } from "../envelope/envelope-invalid-error.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { Meta } from "../envelope/meta.ts";
import { withPayload, workflowRequest } from "../envelope/payload-codec.ts";
import type { WorkflowRequest } from "../envelope/payloads.ts";
import { TuttiError } from "../model/errors.ts";

/** What an envelope asks for. */
export interface ReceivedRequest {
  readonly meta: Meta;
  readonly data: WorkflowRequest;
}

/** @throws EnvelopeInvalidError - its data is no request, or it has none */
export function readRequest(envelope: Envelope<Json>): ReceivedRequest {
  const { meta, data }: Envelope<WorkflowRequest> = withPayload(envelope, workflowRequest);
  if (data === undefined) throw new EnvelopeInvalidError(["data: a request names its operation and parameters"]);
  return { meta, data };
}

/** What is wrong with an envelope, as a refusal with every problem in its details. Other errors are as they are. */
export function refusalOfEnvelope(error: unknown): unknown {
  if (!(error instanceof EnvelopeInvalidError)) return error;
  return new TuttiError("envelope.invalid", `the envelope is not right: ${error.message}`, { problems: error.problems }, { cause: error });
}
