import * as z from "zod";

/**
 * The schema of one object of an envelope, with the names that it has inside. The other side may know fields that are
 * not known here, so unknown ones are no mistake.
 */
export function section<T extends object>(required: RequiredShape<T>, optional: OptionalShape<T>): z.ZodType<T> {
  const members = Object.entries<z.ZodType>(optional).map(([key, schema]) => [key, schema.exactOptional()]);
  return z.object({ ...required, ...Object.fromEntries(members) }) as unknown as z.ZodType<T>;
}

type OptionalKey<T> = {
  [Key in keyof T]-?: undefined extends { [K in Key]: T[K] }[Key] ? Key : object extends Pick<T, Key> ? Key : never;
}[keyof T];

type RequiredShape<T> = { readonly [Key in Exclude<keyof T, OptionalKey<T>>]: z.ZodType<T[Key]> };

type OptionalShape<T> = { readonly [Key in OptionalKey<T>]-?: z.ZodType<Required<T>[Key]> };
