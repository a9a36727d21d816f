import { availableParallelism } from "node:os";
import { join } from "node:path";
import { openExchange } from "../kit/files/exchange.ts";
import { referenceServer, type ServerStatus } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, exchangeDirectory, numberSetting, stateDirectory } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import { analyticsQuery } from "./analytics-query.ts";
import { dataExport } from "./data-export.ts";
import { dataFiles } from "./data-files.ts";
import type { QueryLimits } from "./query-job.ts";
import { queryService } from "./query-service.ts";
import { openQueryWorkers } from "./query-workers.ts";
import { rateLimit } from "./rate-limit.ts";
import { sqlQuery } from "./sql-query.ts";
import { openTableFiles } from "./table-files.ts";
import { tableSchema } from "./table-schema.ts";
import { openUnfinishedFiles, UNFINISHED_FILES } from "./unfinished-files.ts";

const ANSWER_BYTES_MAX = 900 * 1024;

/** @throws Error - a setting makes no sense */
export function openData(environment: Environment): OpenServer {
  const directory = stateDirectory("data", environment);
  const files = dataFiles(environment);
  const settings = settingsOf(environment);
  const { atOnce, timeLimitMs, perMinute, limits } = settings;
  const state = openState({ path: join(directory, "data.sqlite"), schema: [UNFINISHED_FILES] });
  const tableFiles = openTableFiles(join(directory, "tables"), files);
  const workers = openQueryWorkers({ atOnce, timeLimitMs });
  const exchange = openExchange(exchangeDirectory(environment));
  const service = queryService({
    tableFiles,
    workers,
    exchange,
    rate: rateLimit(perMinute),
    unfinished: openUnfinishedFiles(state),
    limits,
  });
  const status = (): ServerStatus => {
    const { shared, own } = tableFiles.missing();
    return {
      status: shared.length + own === 0 ? "healthy" : "degraded",
      facts: {
        capabilities: ["read"],
        tables: files.length,
        tables_missing: [...shared],
        tables_of_tenants_missing: own,
        queries: { running: workers.running, waiting: workers.waiting, at_once: atOnce },
        rate_limit_per_minute: perMinute,
      },
    };
  };
  return {
    server: referenceServer({
      name: "data",
      instructions: "Reads tables with SQL and computes figures. Begin with table_schema. Large results go to files of the exchange.",
      state,
      tools: [sqlQuery(service), tableSchema(service), dataExport(service), analyticsQuery(service)],
      status,
    }),
    async [Symbol.asyncDispose]() {
      await workers[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}

interface DataSettings {
  readonly atOnce: number;
  readonly timeLimitMs: number;
  readonly perMinute: number;
  readonly limits: QueryLimits;
}

function settingsOf(environment: Environment): DataSettings {
  const threads = Math.min(4, availableParallelism());
  return {
    atOnce: numberSetting(environment, "QUERIES_AT_ONCE", { fallback: 4, min: 1, max: 64 }),
    timeLimitMs: 1_000 * numberSetting(environment, "QUERY_SECONDS", { fallback: 60, min: 1, max: 3_600 }),
    perMinute: numberSetting(environment, "RATE_LIMIT_PER_MINUTE", { fallback: 100, min: 1, max: 1_000_000 }),
    limits: {
      threads: numberSetting(environment, "QUERY_THREADS", { fallback: threads, min: 1, max: 256 }),
      memoryMb: numberSetting(environment, "QUERY_MEMORY_MB", { fallback: 1_024, min: 64, max: 1_048_576 }),
      answerBytesMax: ANSWER_BYTES_MAX,
      fileBytesMax: 2 ** 20 * numberSetting(environment, "EXPORT_MB", { fallback: 2_048, min: 1, max: 1_048_576 }),
    },
  };
}
