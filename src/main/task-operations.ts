import { aggregateTaskResults } from "../contract/aggregate-task-results.ts";
import { distributeTask } from "../contract/distribute-task.ts";
import { getMachine } from "../contract/get-machine.ts";
import { getSystemHealth } from "../contract/get-system-health.ts";
import { getTaskStatus } from "../contract/get-task-status.ts";
import { listMachines } from "../contract/list-machines.ts";
import { aggregateTaskResults as handleAggregate } from "../operations/aggregate-task-results.ts";
import { distributeTask as handleDistribute } from "../operations/distribute-task.ts";
import type { DistributeTaskPorts } from "../operations/distribute-task.ts";
import type { FindExecutionPorts } from "../operations/find-execution.ts";
import { getMachine as handleGetMachine } from "../operations/get-machine.ts";
import { getSystemHealth as handleHealth } from "../operations/get-system-health.ts";
import type { SystemHealthPorts } from "../operations/get-system-health.ts";
import { getTaskStatus as handleStatus } from "../operations/get-task-status.ts";
import { listMachines as handleListMachines } from "../operations/list-machines.ts";
import type { OperationTable } from "./operation-table.ts";

/** What tasks and machines need. */
export interface TaskPorts extends DistributeTaskPorts, FindExecutionPorts, SystemHealthPorts {
  readonly journal: DistributeTaskPorts["journal"] & FindExecutionPorts["journal"] & SystemHealthPorts["journal"];
  readonly machines: DistributeTaskPorts["machines"];
}

/** Adds what can be asked about tasks, machines and the whole, and done with tasks. */
export function addTaskOperations(table: OperationTable, ports: TaskPorts): OperationTable {
  return table
    .add(distributeTask, (input, context) => handleDistribute(input, ports, context))
    .add(getTaskStatus, (input, context) => handleStatus(input, ports, context))
    .add(aggregateTaskResults, (input, context) => handleAggregate(input, ports, context))
    .add(listMachines, (input) => handleListMachines(input, ports))
    .add(getMachine, (input) => handleGetMachine(input, ports))
    .add(getSystemHealth, (_, context) => handleHealth(ports, context));
}
