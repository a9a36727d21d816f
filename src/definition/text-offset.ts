import type { Scalar } from "yaml";

/** Where in the file the `offset`-th character of a text value stands; undefined when that cannot be told. */
export function textOffset(scalar: Scalar, text: string, offset: number): number | undefined {
  const [start = 0] = scalar.range ?? [];
  return scalar.type === "PLAIN" && text.startsWith(String(scalar.value), start) ? start + offset : undefined;
}
