import type { Meta } from "./meta.ts";

/** The fields of the meta that have fields themselves. */
type SectionName = {
  [Key in keyof Meta]-?: NonNullable<Meta[Key]> extends readonly unknown[] ? never : NonNullable<Meta[Key]> extends object ? Key : never;
}[keyof Meta];

/** What of each section is sent: `all`, `none`, or the fields that are listed. A section that is not named is sent whole. */
export type MetaSelection = {
  readonly [Section in SectionName]?: "all" | "none" | readonly (keyof NonNullable<Meta[Section]>)[];
};

/** Only what the next one needs. A section of which nothing remains is left out. */
export function selectMeta(meta: Meta, selection: MetaSelection): Meta {
  const kept = Object.entries(meta).flatMap(([name, value]: [string, unknown]) => {
    const wanted: unknown = Object.hasOwn(selection, name) ? selection[name as SectionName] : "all";
    if (wanted === "none") return [];
    if (!Array.isArray(wanted)) return [[name, value]];
    const members = Object.entries(value as object).filter(([key]) => wanted.includes(key));
    return members.length === 0 ? [] : [[name, Object.fromEntries(members)]];
  });
  return Object.fromEntries(kept) as Meta;
}
