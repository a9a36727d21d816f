import type { Clock } from "../base/clock.ts";
import { approveExecution } from "../contract/approve-execution.ts";
import { backup } from "../contract/backup.ts";
import { cancelExecution } from "../contract/cancel-execution.ts";
import { checkJournal } from "../contract/check-journal.ts";
import { executeRequest } from "../contract/execute-request.ts";
import { startExecution } from "../contract/start-execution.ts";
import { getExecution } from "../contract/get-execution.ts";
import { getResponse } from "../contract/get-response.ts";
import { listEvents } from "../contract/list-events.ts";
import { listExecutions } from "../contract/list-executions.ts";
import { listInterruptedExecutions } from "../contract/list-interrupted-executions.ts";
import { pauseExecution } from "../contract/pause-execution.ts";
import { pruneExecutions } from "../contract/prune-executions.ts";
import { resolveExecution } from "../contract/resolve-execution.ts";
import { resumeExecution } from "../contract/resume-execution.ts";
import { retryExecution } from "../contract/retry-execution.ts";
import { watchExecution } from "../contract/watch-execution.ts";
import { watchNews } from "../contract/watch-news.ts";
import { approveExecution as handleApprove } from "../operations/approve-execution.ts";
import { cancelExecution as handleCancel } from "../operations/cancel-execution.ts";
import { executeRequest as handleExecuteRequest } from "../operations/execute-request.ts";
import { startExecution as handleExecute } from "../operations/start-execution.ts";
import type { ExecutionDriver } from "../operations/execution-driver.ts";
import { getExecution as handleGet } from "../operations/get-execution.ts";
import { getResponse as handleGetResponse } from "../operations/get-response.ts";
import type { NewsTail } from "../operations/news-tail.ts";
import { listEvents as handleListEvents } from "../operations/list-events.ts";
import { listExecutions as handleList } from "../operations/list-executions.ts";
import { listInterruptedExecutions as handleListInterrupted } from "../operations/list-interrupted-executions.ts";
import { pauseExecution as handlePause } from "../operations/pause-execution.ts";
import { pruneExecutions as handlePrune } from "../operations/prune-executions.ts";
import { requirePermission } from "../operations/require-permission.ts";
import type { PermissionPorts } from "../operations/require-permission.ts";
import { resolveExecution as handleResolve } from "../operations/resolve-execution.ts";
import { resumeExecution as handleResume } from "../operations/resume-execution.ts";
import { retryExecution as handleRetry } from "../operations/retry-execution.ts";
import { watchExecution as handleWatch } from "../operations/watch-execution.ts";
import { watchNews as handleWatchNews } from "../operations/watch-news.ts";
import { ADMIN_PERMISSION } from "../model/permissions.ts";
import type { EnvelopeSource } from "../envelope/new-meta.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import type { ServerSecurity } from "../ports/server-security.ts";
import type { JournalReader } from "../sqlite/journal-reader.ts";
import type { SqliteJournal } from "../sqlite/sqlite-journal.ts";
import type { NewsHub } from "./news-hub.ts";
import type { OperationTable } from "./operation-table.ts";

/** What reading executions needs, with or without the journal's ownership. */
export interface ReadingPorts extends PermissionPorts {
  readonly journal: JournalReader;
  readonly report: ExecutionDriver["report"];
  readonly driven: (executionId: string) => boolean | Promise<boolean>;
}

/** Adds what can be asked about executions without changing or following any. */
export function addReadingOperations(table: OperationTable, ports: ReadingPorts): OperationTable {
  return table
    .add(listExecutions, (input, context) => handleList(input, ports, context))
    .add(listInterruptedExecutions, (input, context) => handleListInterrupted(input, ports, context))
    .add(getExecution, (input, context) => handleGet(input, ports, context))
    .add(getResponse, (input, context) => handleGetResponse(input, ports, context))
    .add(listEvents, (input, context) => handleListEvents(input, ports, context))
    .add(backup, async ({ directory }, { caller }) => {
      await requirePermission({ permission: ADMIN_PERMISSION, operation: backup.name }, ports, caller);
      await ports.journal.backup(directory);
      return { directory };
    })
    .add(checkJournal, async (_, { caller }) => {
      await requirePermission({ permission: ADMIN_PERMISSION, operation: checkJournal.name }, ports, caller);
      const findings = await ports.journal.checkIntegrity();
      const faults = findings.map(({ executionId, message }) =>
        executionId === undefined ? message : `execution ${executionId}: ${message}`,
      );
      return { sound: faults.length === 0, faults };
    });
}

/** What starting, driving and changing executions needs. */
export interface DrivingPorts extends PermissionPorts {
  readonly journal: SqliteJournal;
  readonly driver: ExecutionDriver;
  readonly catalogs: CatalogSource;
  /** Undefined when nothing is demanded of servers. */
  readonly security: ServerSecurity | undefined;
  readonly news: NewsHub;
  readonly tail: NewsTail;
  readonly clock: Clock;
  /** Of the meta of new requests. */
  readonly source: EnvelopeSource;
}

/** Adds what only the owner of the journal can do. */
export function addDrivingOperations(table: OperationTable, ports: DrivingPorts): OperationTable {
  const { news } = ports;
  const subscribe = news.subscribe.bind(news);
  return table
    .add(startExecution, (input, context) => handleExecute(input, ports, context))
    .add(executeRequest, (input, context) => handleExecuteRequest(input, ports, context))
    .add(retryExecution, (input, context) => handleRetry(input, ports, context))
    .add(watchExecution, (input, context) => handleWatch(input, { ...ports, subscribe }, context))
    .add(watchNews, (input, context) => handleWatchNews(input, ports, context))
    .add(pauseExecution, (input, context) => handlePause(input, ports, context))
    .add(resumeExecution, (input, context) => handleResume(input, ports, context))
    .add(cancelExecution, (input, context) => handleCancel(input, ports, context))
    .add(approveExecution, (input, context) => handleApprove(input, ports, context))
    .add(resolveExecution, (input, context) => handleResolve(input, ports, context))
    .add(pruneExecutions, (input, context) => handlePrune(input, ports, context));
}
