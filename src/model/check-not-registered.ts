import { nearest } from "../base/nearest.ts";
import { quoted } from "../base/visible.ts";
import type { CheckRegistry } from "./check.ts";

/** Why a check that was asked for by name is none, and what would be right. */
export function checkNotRegistered(name: string, { checks }: Pick<CheckRegistry, "checks">): string {
  const meant = nearest(name, Object.keys(checks));
  const hint = meant === undefined ? 'add it under "checks" in tutti.yaml' : `did you mean ${quoted(meant)}?`;
  return `there is no check ${quoted(name)} - ${hint}`;
}
