import type { Json } from "../base/json.ts";
import { quoted, visible } from "../base/visible.ts";

/** A keyword before and after; undefined where it is not there. */
export interface KeywordChange {
  readonly keyword: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Whether fewer values fit than before, more, the same, or some others. */
export type Direction = "narrower" | "wider" | "none" | "different";

/** A change of a schema that has not been put in its place yet. */
export interface SchemaChange {
  readonly direction: Direction;
  /** What is said of the place: `is required now`. */
  readonly message: string;
}

/** Whether two parts of canonical schemas are the same. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

/** What is said of a place when one of its keywords has changed. */
export function keywordWords({ keyword, before, after }: KeywordChange): string {
  const name = quoted(keyword);
  if (before === undefined) return `has ${name} ${shown(after)} now, and had none`;
  if (after === undefined) return `no longer has ${name} ${shown(before)}`;
  const [was, is] = [shown(before), shown(after)];
  return was === is ? `has another ${name}` : `has ${name} ${is} now, and had ${was}`;
}

const SHOWN_MAX = 60;

/** A value of a server as it is shown in a message, cut when it is long. */
export function shown(value: Json | undefined): string {
  const text = visible(JSON.stringify(value) ?? "");
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}
