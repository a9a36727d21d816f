import * as z from "zod";
import type { CallError } from "../model/call.ts";
import { callError } from "./call-error.ts";
import type { TaskStatus } from "./get-workflow-status.ts";
import { moment, wireObject } from "./wire-object.ts";

/** How a task is, with the machine that has it. */
export interface TaskProgress {
  readonly taskId: string;
  /** Where it is, or was last; `local` is the machine that is asked. */
  readonly machineId: string;
  readonly status: TaskStatus;
  /** A call was sent and nobody knows whether it took effect: only a person can move it on. */
  readonly inDoubt: boolean;
  readonly attempts: number;
  /** Machines that could not do it, before this one. */
  readonly movedFrom: readonly string[];
  readonly startedAtMs?: number;
  readonly completedAtMs?: number;
  readonly error?: CallError;
}

export const taskStatus: z.ZodType<TaskStatus> = z.enum(["pending", "running", "completed", "failed", "skipped"]);

export const taskProgress: z.ZodType<TaskProgress> = wireObject<TaskProgress>(
  {
    taskId: z.string(),
    machineId: z.string().meta({ description: 'Where it is, or was last; "local" is the machine that you ask.' }),
    status: taskStatus,
    inDoubt: z
      .boolean()
      .meta({ description: "It was sent and nobody knows whether it took effect: a person has to say (resolve_execution)." }),
    attempts: z.int(),
    movedFrom: z.array(z.string()).meta({ description: "Machines that could not do it, before this one." }),
    startedAtMs: moment,
    completedAtMs: moment,
    error: callError.exactOptional(),
  },
  { orNull: ["startedAtMs", "completedAtMs"] },
);
