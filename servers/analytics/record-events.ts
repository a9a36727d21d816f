import { randomUUID } from "node:crypto";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { eventIdFrom, type EventStore } from "./event-store.ts";
import { eventProblem, eventSchema } from "./event-schema.ts";
import { DAY_MS } from "./periods.ts";

const EVENTS_AT_ONCE = 1_000;

/** Adds what visitors did. */
export function recordEvents(events: EventStore): ToolPlan {
  return defineTool({
    name: "record_events",
    title: "Record events",
    description: "Stores what visitors did, all of it or nothing. Everything else that this server tells is computed from these events.",
    effect: "changes",
    input: z.strictObject({
      events: z.array(eventSchema).min(1).max(EVENTS_AT_ONCE).describe(`Up to ${EVENTS_AT_ONCE} events, in any order`),
    }),
    output: z.object({
      recorded: z.int().describe("How many are new"),
      duplicates: z.int().describe("How many were there already, by their event_id"),
    }),
    run: ({ events: given }, { tenant, key, now, once }) => {
      const problems = given.flatMap((event, index) => {
        const problem = eventProblem(event) ?? futureProblem(event.at, now);
        return problem === undefined ? [] : [`events[${index}]: ${problem}`];
      });
      if (problems.length > 0) throw refuse(problems.slice(0, 20).join("; "), { problems: problems.slice(0, 100) });
      const origin = key ?? randomUUID();
      const named = given.map((event, index) => ({ ...event, event_id: event.event_id ?? eventIdFrom(origin, index) }));
      return once(() => {
        const recorded = events.add(tenant, named);
        return { recorded, duplicates: named.length - recorded };
      });
    },
  });
}

/** One event from the year 9999 would be the newest for ever, and all periods would end with it. */
function futureProblem(at: string, now: Date): string | undefined {
  return Date.parse(at) > now.getTime() + DAY_MS ? `${at} is more than a day in the future` : undefined;
}
