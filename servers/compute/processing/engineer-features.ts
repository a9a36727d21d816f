import { idText, numberOf, timeOf } from "../table/expressions.ts";
import type { LockedDatabase } from "../table/locked-database.ts";
import { type Stage, withFeatures } from "./stage.ts";

/**
 * Adds what is known of the user of each row (recency in days before the newest row, frequency, and how much was spent),
 * the day of the week (1 is Monday), and numbers for users and items from 0, in the order of their ids as text.
 */
export async function engineerFeatures(database: LockedDatabase, stage: Stage): Promise<Stage> {
  const { user, item, value, time } = stage.chosen;
  const keyed = `SELECT *, ${idText(user)} AS tutti_user, ${idText(item)} AS tutti_item FROM ${stage.table}`;
  // One value that is no number must not make a sum none.
  const spent = value === undefined ? "" : `coalesce(sum(${numberOf(value)}) FILTER (WHERE isfinite(${numberOf(value)})), 0)`;
  const perUser = [
    "count(*)::BIGINT AS tutti_frequency",
    ...(value === undefined ? [] : [`${spent} AS tutti_monetary`]),
    ...(time === undefined ? [] : [`max(${timeOf(time)}) AS tutti_last`]),
  ];
  const users = `SELECT tutti_user, (row_number() OVER (ORDER BY tutti_user) - 1)::INTEGER AS tutti_user_index, ${perUser.join(", ")}
    FROM keyed WHERE tutti_user IS NOT NULL GROUP BY tutti_user`;
  const items = `SELECT tutti_item, (row_number() OVER (ORDER BY tutti_item) - 1)::INTEGER AS tutti_item_index
    FROM (SELECT DISTINCT tutti_item FROM keyed WHERE tutti_item IS NOT NULL)`;
  const moment = time === undefined ? "" : timeOf(time);
  const newest = `(SELECT max(tutti_last) FROM users)`;
  const features: readonly (readonly [string, string])[] = [
    ...(time === undefined ? [] : ([["recency_days", `date_diff('second', tutti_last, ${newest}) / 86400.0::DOUBLE`]] as const)),
    ["frequency", "tutti_frequency"],
    ...(value === undefined ? [] : ([["monetary", "tutti_monetary"]] as const)),
    ...(time === undefined ? [] : ([["day_of_week", `isodow(${moment})::INTEGER`]] as const)),
    ["user_index", "tutti_user_index"],
    ["item_index", "tutti_item_index"],
  ];
  const added = features.map(([name, expression]) => `${expression} AS ${name}`).join(", ");
  return await withFeatures(database, stage, {
    select: `WITH keyed AS MATERIALIZED (${keyed}), users AS MATERIALIZED (${users}), items AS MATERIALIZED (${items})
      SELECT keyed.* EXCLUDE (tutti_user, tutti_item), ${added}
      FROM keyed LEFT JOIN users USING (tutti_user) LEFT JOIN items USING (tutti_item)`,
    features: features.map(([name]) => name),
  });
}
