import * as z from "zod";
import { defineTool, type Service } from "../../sqlite-service/service.ts";
import { customers } from "./records.ts";

const input = z.object({ customers });
const output = z.object({ valid: z.boolean(), reason: z.string().optional() });
const EXAMPLES_MAX = 5;

const checkComplete = defineTool({
  name: "check_complete",
  description: "Whether nothing is missing that a customer must have.",
  effect: "reads",
  input,
  output,
  run(_, { customers: given }) {
    const incomplete = given.filter(({ name, phone, street, city }) => name === "" || phone === null || street === "" || city === "");
    return verdict(
      "incomplete",
      incomplete.map(({ id }) => id),
    );
  },
});

const checkUnique = defineTool({
  name: "check_unique",
  description: "Whether every customer is there once.",
  effect: "reads",
  input,
  output,
  run(_, { customers: given }) {
    const seen = new Set<string>();
    const twice = given.filter(({ name, phone, street }) => {
      const who = JSON.stringify([name, phone, street]);
      if (seen.has(who)) return true;
      seen.add(who);
      return false;
    });
    return verdict(
      "there twice",
      twice.map(({ id }) => id),
    );
  },
});

/** Says whether data is fit to be moved. */
export const qualityService: Service = {
  title: "Quality service",
  store: { name: "quality", schema: "", seed: () => undefined },
  tools: [checkComplete, checkUnique],
};

function verdict(what: string, ids: readonly number[]): { valid: true } | { valid: false; reason: string } {
  if (ids.length === 0) return { valid: true };
  const more = ids.length > EXAMPLES_MAX ? `, and ${ids.length - EXAMPLES_MAX} more` : "";
  return { valid: false, reason: `${what}: ${ids.slice(0, EXAMPLES_MAX).join(", ")}${more}` };
}
