import type { Json } from "../base/json.ts";

export type JsonType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

/** A JSON Schema as `readSchema` leaves it: safe to walk, in the words of draft 2020-12. */
export type Schema = boolean | SchemaObject;

/**
 * The keywords that are understood. A reference is replaced by what it points to, so a schema may be circular; what
 * stood beside it is in `allOf` with it.
 */
export interface SchemaObject {
  /**
   * Something was left out: it was broken, remote, or is never checked. The schema then accepts more than its author
   * meant, so that "it does not fit" can be believed, and "it fits" cannot.
   */
  readonly loose: boolean;
  readonly type?: readonly JsonType[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly propertyNames?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>;
  readonly dependentSchemas?: Readonly<Record<string, Schema>>;
  readonly prefixItems?: readonly Schema[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly if?: Schema;
  readonly then?: Schema;
  readonly else?: Schema;
}

/** Stands for a schema that cannot be read: anything may fit, and nothing surely does. */
export const UNREADABLE: SchemaObject = { loose: true };
