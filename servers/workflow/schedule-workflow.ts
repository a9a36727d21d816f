import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { workflowId } from "./execute-workflow.ts";
import { checkedJson, givenInputs } from "./given-json.ts";
import type { Schedule, ScheduleStore } from "./schedule-store.ts";
import { nextTime } from "./schedule-times.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

const SCHEDULES_MAX = 100;

/** A call may take a while to get here. */
const LATE_MS = 60_000;

const scheduleAnswer = z.object({
  schedule_id: z.string(),
  workflow_id: z.string(),
  cron: z.string().nullable(),
  time_zone: z.string(),
  next_at: z.string().nullable().describe("null when it does not come any more"),
  last_at: z.string().nullable(),
  last_execution_id: z.string().nullable(),
  last_error: z.string().nullable(),
});

const input = z.strictObject({
  action: z.enum(["create", "list", "remove"]).default("create").describe("What to do"),
  workflow_id: workflowId.optional(),
  inputs: givenInputs.default({}).describe("The inputs of every execution"),
  cron: z.string().min(9).max(200).optional().describe('Again and again: five cron fields, such as "0 7 * * 1-5"'),
  at: z.iso.datetime({ offset: true }).optional().describe("Once: a moment, such as 2026-12-24T18:00:00Z"),
  time_zone: z.string().min(1).max(100).default("UTC").describe("Of the cron fields, such as Europe/Berlin"),
  schedule_id: z.string().min(1).max(100).optional().describe("For remove: which one"),
});

/** Executes a workflow at times to come. */
export function scheduleWorkflow({ engine, definitions }: WorkflowTools, schedules: ScheduleStore): ToolPlan {
  return defineTool({
    name: "schedule_workflow",
    title: "Schedule a workflow",
    description:
      "Executes a workflow at times to come, as long as this server runs: create one with cron or at, list yours, or remove one. Of the times that passed while the server was down, the newest of the last hour is made up.",
    effect: "changes",
    destructive: true,
    openWorld: true,
    input,
    output: z.object({ schedules: z.array(scheduleAnswer).describe("The one that was created, all of yours, or those that are left") }),
    run: async (asked, { tenant, now, signal, once }) => {
      if (asked.action === "list") return { schedules: schedules.list(tenant).map(told) };
      if (asked.action === "remove") {
        return once(() => {
          const { schedule_id: id = "" } = asked;
          if (!schedules.remove(tenant, id)) throw refuse(`there is no schedule "${id}"; list shows yours`);
          return { schedules: schedules.list(tenant).map(told) };
        });
      }
      const { workflow_id: id, inputs, time_zone: timeZone, cron } = asked;
      if (id === undefined) throw refuse("workflow_id is needed to create a schedule");
      const given = checkedJson(inputs, "inputs");
      const nextMs = firstTime(asked, now);
      await definitions.find(id, await engine.clientFor({ tenant }), signal);
      return once(() => {
        if (schedules.list(tenant).length >= SCHEDULES_MAX)
          throw refuse(`there are ${SCHEDULES_MAX} schedules of yours already, and no more are kept`);
        const added = { tenant, workflowId: id, inputs: given, timeZone, nextMs, ...(cron === undefined ? {} : { cron }) };
        return { schedules: [told(schedules.add(added, now))] };
      });
    },
  });
}

function firstTime({ cron, at, time_zone }: z.output<typeof input>, now: Date): number {
  if ((cron === undefined) === (at === undefined)) throw refuse("a schedule has either cron (again and again) or at (once)");
  if (cron !== undefined) {
    const next = nextTime(cron, time_zone, now);
    if (next === undefined) throw refuse(`"${cron}" never comes`);
    return next;
  }
  const moment = Date.parse(at ?? "");
  if (moment < now.getTime() - LATE_MS) throw refuse(`${at ?? ""} has passed already`);
  return moment;
}

function told({
  id,
  workflowId: workflow,
  cron,
  timeZone,
  nextMs,
  lastMs,
  lastExecution,
  lastError,
}: Schedule): z.output<typeof scheduleAnswer> {
  const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    schedule_id: id,
    workflow_id: workflow,
    cron: cron ?? null,
    time_zone: timeZone,
    next_at: iso(nextMs),
    last_at: iso(lastMs),
    last_execution_id: lastExecution ?? null,
    last_error: lastError ?? null,
  };
}
