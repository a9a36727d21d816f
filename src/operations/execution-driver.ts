import type { Supervisor } from "../engine/supervisor.ts";

/** What operations ask of whoever drives executions: the supervisor of this process, or several together. */
export type ExecutionDriver = Pick<Supervisor, "start" | "resume" | "driven" | "settled" | "signal" | "report">;
