import { ToolError } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { State } from "../kit/state/state.ts";
import { plainName } from "./plain-name.ts";

/*
 * L1. In no span of time as long as the window is more consumed than the limit. What is consumed is counted until the
 *     thousandth of the window in which it was consumed is out of it, so that it is counted a little longer, never shorter.
 */

/** Limits that tenants give themselves. */
export interface RateLimits {
  /** Consumes one. @throws ToolError - nothing is left (429), or there is no such limit */
  spend(tenant: string, name: string): void;
  /** The tool with which they are set and asked. */
  readonly tool: ToolPlan;
}

const LIMITS_MAX = 1_000;
const PARTS = 1_000;

const shown = z.object({
  name: z.string(),
  limit: z.int(),
  window_seconds: z.number(),
  remaining: z.int(),
  reset_at: z.string().describe("When all of it is there again"),
});

export function rateLimits(state: State, nowMs: () => number): RateLimits {
  const table = limitTable(state);
  const found = (tenant: string, name: string): Limit => {
    const limit = table.find(tenant, name);
    if (limit === undefined) throw refuse(`there is no limit "${name}": set it first, with limit and window_seconds`);
    return limit;
  };
  const look = (tenant: string, name: string, cost: number): Standing =>
    standingOf(table, { tenant, limit: found(tenant, name), cost }, nowMs());
  const consume = (tenant: string, name: string, cost: number): Standing => {
    return state.transaction(() => {
      const limit = found(tenant, name);
      const now = nowMs();
      const standing = standingOf(table, { tenant, limit, cost }, now);
      if (!standing.allowed) return standing;
      const part = Math.max(1, Math.ceil(limit.windowMs / PARTS));
      table.add({ tenant, name, until: (Math.floor(now / part) + 1) * part + limit.windowMs, cost });
      return { ...standingOf(table, { tenant, limit, cost: 0 }, now), allowed: true };
    });
  };
  return {
    spend(tenant, name) {
      const { allowed, retryAfterSeconds } = consume(tenant, name, 1);
      if (allowed) return;
      const message = `nothing is left of the limit "${name}": try again in ${retryAfterSeconds} s`;
      throw new ToolError(message, { type: "External", httpStatusCode: 429, retryAfter: retryAfterSeconds });
    },
    tool: rateLimitTool({ table, look, consume, nowMs }),
  };
}

interface Actions {
  readonly table: LimitTable;
  readonly nowMs: () => number;
  readonly look: (tenant: string, name: string, cost: number) => Standing;
  readonly consume: (tenant: string, name: string, cost: number) => Standing;
}

function rateLimitTool({ table, look, consume, nowMs }: Actions): ToolPlan {
  return defineTool({
    name: "rate_limit",
    title: "Limit a rate",
    description:
      "Sets limits on how much may be used in a span of time, and asks and consumes them. Give every use a name, consume before you use, and wait for retry_after_seconds when it is not allowed. No more than the limit is ever allowed in any span as long as the window.",
    effect: "changes",
    input: z.strictObject({
      action: z.enum(["set", "check", "consume", "list"]).describe("set a limit; check without consuming; consume; list all"),
      name: plainName.describe("Of the limit; not for list").optional(),
      limit: z.int().min(1).max(1_000_000_000).describe("For set: how much is allowed in the window").optional(),
      window_seconds: z.number().min(0.1).max(2_678_400).describe("For set: how long the window is").optional(),
      cost: z.int().min(1).max(1_000_000_000).default(1).describe("For check and consume: how much. Default 1"),
    }),
    output: z.object({
      allowed: z.boolean().exactOptional(),
      name: z.string().exactOptional(),
      limit: z.int().exactOptional(),
      window_seconds: z.number().exactOptional(),
      remaining: z.int().describe("What is left now").exactOptional(),
      reset_at: z.string().describe("When all of it is there again").exactOptional(),
      retry_after_seconds: z.number().describe("When it is not allowed: when it will be, if nobody else is faster").exactOptional(),
      limits: z.array(shown).describe("For list").exactOptional(),
    }),
    run({ action, name, limit, window_seconds: seconds, cost }, { tenant, once }) {
      if (action === "list")
        return { limits: table.all(tenant).map((each) => described(each, standingOf(table, { tenant, limit: each, cost: 0 }, nowMs()))) };
      if (name === undefined) throw refuse(`${action} needs a name`);
      if (action === "check") return answerOf(table.find(tenant, name), look(tenant, name, cost));
      if (action === "consume") return once(() => answerOf(table.find(tenant, name), consume(tenant, name, cost)));
      if (limit === undefined || seconds === undefined) throw refuse("set needs limit and window_seconds");
      return once(() => {
        if (table.find(tenant, name) === undefined && table.amount(tenant) >= LIMITS_MAX)
          throw refuse(`a tenant has at most ${LIMITS_MAX} limits`);
        table.set(tenant, { name, amount: limit, windowMs: Math.round(seconds * 1_000) });
        return answerOf(table.find(tenant, name), look(tenant, name, 1));
      });
    },
  });
}

interface Limit {
  readonly name: string;
  readonly amount: number;
  readonly windowMs: number;
}

interface Standing {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly resetMs: number;
  readonly retryAfterSeconds: number;
}

function described({ name, amount, windowMs }: Limit, { remaining, resetMs }: Standing) {
  return { name, limit: amount, window_seconds: windowMs / 1_000, remaining, reset_at: new Date(resetMs).toISOString() };
}

function answerOf(limit: Limit | undefined, standing: Standing) {
  if (limit === undefined) throw refuse("there is no such limit");
  const { allowed, retryAfterSeconds } = standing;
  return { allowed, ...described(limit, standing), ...(allowed ? {} : { retry_after_seconds: retryAfterSeconds }) };
}

function standingOf(table: LimitTable, asked: { tenant: string; limit: Limit; cost: number }, nowMs: number): Standing {
  const { tenant, limit, cost } = asked;
  const counted = table.counted(tenant, limit.name, nowMs);
  const used = counted.reduce((sum, each) => sum + each.cost, 0);
  const remaining = Math.max(0, limit.amount - used);
  if (cost > limit.amount) throw refuse(`the cost ${cost} is more than the whole limit of ${limit.amount}`);
  const resetMs = counted.at(-1)?.until ?? nowMs;
  let left = remaining;
  const enough = counted.find((each) => (left += each.cost) >= cost);
  const retryMs = remaining >= cost ? nowMs : (enough?.until ?? resetMs);
  return { allowed: remaining >= cost, remaining, resetMs, retryAfterSeconds: Math.ceil((retryMs - nowMs) / 100) / 10 };
}

type LimitTable = ReturnType<typeof limitTable>;

function limitTable({ database }: State) {
  const find = database.prepare("SELECT name, amount, window_ms FROM limits WHERE tenant = ? AND name = ?");
  const all = database.prepare("SELECT name, amount, window_ms FROM limits WHERE tenant = ? ORDER BY name");
  const amount = database.prepare("SELECT count(*) AS amount FROM limits WHERE tenant = ?");
  const set = database.prepare(
    "INSERT INTO limits (tenant, name, amount, window_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET amount = excluded.amount, window_ms = excluded.window_ms",
  );
  const counted = database.prepare("SELECT until, cost FROM consumed WHERE tenant = ? AND name = ? AND until > ? ORDER BY until");
  const add = database.prepare(
    "INSERT INTO consumed (tenant, name, until, cost) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET cost = cost + excluded.cost",
  );
  const forget = database.prepare("DELETE FROM consumed WHERE tenant = ? AND name = ? AND until <= ?");
  const limitOf = (row: Readonly<Record<string, unknown>>): Limit => ({
    name: String(row["name"]),
    amount: Number(row["amount"]),
    windowMs: Number(row["window_ms"]),
  });
  return {
    find(tenant: string, name: string): Limit | undefined {
      const row = find.get(tenant, name);
      return row === undefined ? undefined : limitOf(row);
    },
    all: (tenant: string): readonly Limit[] => all.all(tenant).map(limitOf),
    amount: (tenant: string): number => Number(amount.get(tenant)?.["amount"]),
    set: (tenant: string, limit: Limit): void => void set.run(tenant, limit.name, limit.amount, limit.windowMs),
    counted(tenant: string, name: string, nowMs: number) {
      return counted.all(tenant, name, nowMs).map((row) => ({ until: Number(row["until"]), cost: Number(row["cost"]) }));
    },
    add({ tenant, name, until, cost }: { tenant: string; name: string; until: number; cost: number }): void {
      forget.run(tenant, name, until - 2 * (find.get(tenant, name)?.["window_ms"] as number));
      add.run(tenant, name, until, cost);
    },
  };
}
