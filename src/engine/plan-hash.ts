import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../base/json.ts";
import type { Plan } from "../model/plan.ts";

const known = new WeakMap<Plan, string>();

/** SHA-256 of a plan, in hex: the same for plans that say the same. Computed once for each object. */
export function planHash(plan: Plan): string {
  let hash = known.get(plan);
  if (hash === undefined) {
    // A plan is plain JSON but for absent optional members, which a round trip leaves out.
    hash = createHash("sha256")
      .update(canonicalJson(JSON.parse(JSON.stringify(plan)) as Json))
      .digest("hex");
    known.set(plan, hash);
  }
  return hash;
}
