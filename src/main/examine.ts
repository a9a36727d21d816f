import { resolve } from "node:path";
import { systemClock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Diagnosis, ExamineRequest } from "../cli/host.ts";
import { checkServers } from "../contract/check-servers.ts";
import type { ServerVerdict } from "../contract/check-servers.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { isTuttiError } from "../model/errors.ts";
import { loadConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { variableFor } from "./environment-settings.ts";
import { examineConfig } from "./examine-config.ts";
import { examineData } from "./examine-data.ts";
import { examinePorts } from "./examine-ports.ts";
import { callerAlone } from "./identify-caller.ts";
import { openServers } from "./open-session.ts";
import type { Surrounding } from "./open-session.ts";

/** Looks at everything that Tutti needs here. Nothing is changed; servers are started and ended again. */
export async function examine(request: ExamineRequest, around: Surrounding): Promise<readonly Diagnosis[]> {
  const { environment, version } = around;
  const program: Diagnosis = {
    area: "program",
    status: "ok",
    message: `tutti ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
  };
  const config = configOrProblems(request, around);
  if (!("servers" in config)) return [program, ...config.problems, ...examineData(probableData(request, around))];
  return [
    program,
    ...(await examineConfig(config, { environment, clock: systemClock })),
    ...examineData(config.dataDirectory),
    ...(await examinePorts(config)),
    ...(request.servers ? await examineServers(config, request, around) : []),
  ];
}

function configOrProblems(request: ExamineRequest, around: Surrounding): Config | { readonly problems: readonly Diagnosis[] } {
  const area = "configuration";
  try {
    return loadConfig({ ...request, ...around });
  } catch (error) {
    if (isTuttiError(error, "config.invalid")) {
      return { problems: error.details.problems.map((problem) => ({ area, status: "bad", message: formatProblem(problem) })) };
    }
    if (isTuttiError(error, "file.unreadable")) return { problems: [{ area, status: "bad", message: error.message }] };
    throw error;
  }
}

/** Where the data are as far as it can be told without the configuration. */
function probableData({ dataDirectory }: ExamineRequest, { workingDirectory, environment }: Surrounding): string {
  return resolve(workingDirectory, dataDirectory ?? variableFor("dataDirectory", environment)?.value ?? ".tutti");
}

/** Servers have half a minute to start each, and are started side by side. */
const SERVERS_MS = 60_000;

async function examineServers(config: Config, request: ExamineRequest, around: Surrounding): Promise<readonly Diagnosis[]> {
  if (config.servers.length === 0) return [];
  const tooLong = (): Error => new Error(`not all servers have answered within ${SERVERS_MS / 1_000} s`);
  using limit = deadline(systemClock, request.signal, SERVERS_MS, tooLong);
  const quiet = { access: "servers", ask: async () => undefined, notice: () => undefined } as const;
  await using session = await openServers({ ...config, caller: callerAlone(config.access) }, quiet, around);
  try {
    const { servers } = await session.client.call(checkServers, {}, { signal: limit.signal });
    const configured = new Set(config.servers.map(({ name }) => name));
    return servers.filter(({ server }) => configured.has(server)).flatMap(ofServer);
  } catch (error) {
    if (!limit.expired) throw error;
    return [{ area: "servers", status: "bad", message: tooLong().message, advice: "'tutti servers check NAME' tells more of each" }];
  }
}

function ofServer(verdict: ServerVerdict): readonly Diagnosis[] {
  const area = "servers";
  const { server } = verdict;
  if (verdict.status === "unavailable") {
    const advice = verdict.stderr.at(-1) === undefined ? `'tutti servers check ${server}' tells more` : `it said: ${verdict.stderr.at(-1)}`;
    return [{ area, status: "bad", message: verdict.message, advice }];
  }
  const tools = `${verdict.toolCount} ${verdict.toolCount === 1 ? "tool" : "tools"}`;
  return [
    { area, status: "ok", message: `${server}: answers, with ${tools}` },
    ...verdict.warnings.map((message): Diagnosis => ({ area, status: "warn", message: `${server}: ${message}` })),
  ];
}
