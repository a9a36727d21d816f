import { randomIds } from "../base/ids.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { ExecutionDriver } from "../operations/execution-driver.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import type { FollowedExecutions } from "../telemetry/followed-executions.ts";
import type { RoutedCaller } from "./routed-caller.ts";

/** What executions of all callers are driven with. */
export interface RoutedDriving {
  readonly routes: RoutedCaller;
  readonly supervisor: Supervisor;
  readonly executions: FollowedExecutions;
}

/** What is begun or taken up through it runs on the servers of this caller. */
export function routedDriver(caller: ToolCaller, { routes, supervisor, executions }: RoutedDriving): ExecutionDriver {
  return {
    start: async (request) => {
      const executionId = request.executionId ?? randomIds.next();
      return await routes.claimStart(executionId, caller, async () => await supervisor.start({ ...request, executionId }));
    },
    resume: async (executionId) => {
      if (!supervisor.driven(executionId)) routes.claim(executionId, caller);
      try {
        await supervisor.resume(executionId);
        if (supervisor.driven(executionId)) executions.took(executionId);
      } finally {
        // Whoever cannot take it up must not stand in the way of the next, who can.
        if (!supervisor.driven(executionId)) routes.forget(executionId);
      }
    },
    driven: (executionId) => supervisor.driven(executionId),
    settled: async (executionId, signal) => await supervisor.settled(executionId, signal),
    signal: async (executionId, signal) => await supervisor.signal(executionId, signal),
    report: async (executionId) => await supervisor.report(executionId),
  };
}
