import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { EnvelopeError } from "./envelope-error.ts";
import type { Envelope } from "./envelope.ts";
import type { Meta } from "./meta.ts";
import { newMeta } from "./new-meta.ts";
import type { EnvelopeSource } from "./new-meta.ts";

/** An envelope that asks for something: its meta is what is given, and the rest made. */
export function requestEnvelope<T>(data: T, source: EnvelopeSource, given: Partial<Meta> = {}): Envelope<T> {
  return { meta: newMeta(source, given), data: present(data, "data") };
}

/** All that was asked for, and no error. The meta of an answer comes from `withResponseFields`. */
export function successEnvelope<T>(meta: Meta, data: T): Envelope<T> {
  return { meta, data: present(data, "data") };
}

/** An error and no data. */
export function failureEnvelope(meta: Meta, error: EnvelopeError): Envelope<never> {
  return { meta, error: present(error, "error") };
}

/** A part of what was asked for, and what happened to the rest. */
export function partialEnvelope<T>(meta: Meta, data: T, error: EnvelopeError): Envelope<T> {
  return { meta, data: present(data, "data"), error: present(error, "error") };
}

/** Callers without types give undefined too, and an envelope with neither would be refused only by its reader. */
function present<T>(value: T, name: string): T {
  if (value === undefined) throw new EnvelopeInvalidError([`${name}: must be there`]);
  return value;
}
