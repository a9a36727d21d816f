import { numberOf } from "../table/expressions.ts";
import type { LockedDatabase } from "../table/locked-database.ts";
import { quoted } from "../table/sql-text.ts";
import { Refusal } from "../work/refusal.ts";
import { type Stage, withFeatures } from "./stage.ts";

/** Adds the values on a scale that does not depend on their unit. The raw ones stay. */
export async function normalize(database: LockedDatabase, stage: Stage, method: "z_score" | "min_max"): Promise<Stage> {
  const { value } = stage.chosen;
  if (value === undefined) throw new Refusal('normalize wants a column of values: say "columns": {"value": ...}');
  const number = numberOf(value);
  const measured = `SELECT avg(n) AS tutti_mean, stddev_pop(n) AS tutti_deviation, min(n) AS tutti_low, max(n) AS tutti_high
    FROM (SELECT ${number} AS n FROM ${stage.table}) WHERE isfinite(n)`;
  // All values alike: they are all in the middle.
  const scaled =
    method === "z_score"
      ? `CASE WHEN tutti_deviation > 0 THEN (${number} - tutti_mean) / tutti_deviation ELSE 0 END`
      : `CASE WHEN tutti_high > tutti_low THEN (${number} - tutti_low) / (tutti_high - tutti_low) ELSE 0 END`;
  const name = `${value.name}_normalized`;
  return await withFeatures(database, stage, {
    select: `SELECT source.*, CASE WHEN isfinite(${number}) THEN ${scaled} END AS ${quoted(name)}
      FROM ${stage.table} AS source, (${measured}) AS measured`,
    features: [name],
  });
}
