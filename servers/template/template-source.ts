import type { Json } from "tutti/server";
import type { SourceKind } from "./render-job.ts";

/** A template, whoever has made it. */
export interface TemplateSource {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly description: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly content: string;
  readonly kind: SourceKind;
  /** What is rendered for HTML in place of the content, for those that have more to show there. */
  readonly page?: string;
  check(parameters: Readonly<Record<string, Json>>): CheckedParameters;
}

export interface CheckedParameters {
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  /** Of values that are there and are not what they should be. */
  readonly problems: readonly string[];
  /** What is rendered: with empty lists where there was nothing. Only when there are no problems of any kind. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Which names are too many, and which are too few. */
export function namesOff(
  { required, optional }: Pick<TemplateSource, "required" | "optional">,
  parameters: Readonly<Record<string, Json>>,
): Pick<CheckedParameters, "missing" | "unknown"> {
  const known = new Set([...required, ...optional]);
  return {
    missing: required.filter((name) => !Object.hasOwn(parameters, name)),
    unknown: Object.keys(parameters).filter((name) => !known.has(name)),
  };
}
