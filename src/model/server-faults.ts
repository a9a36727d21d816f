import { replicasOf } from "./replica.ts";
import { SERVER_NAME } from "./server-name.ts";
import type { RateLimit, ServerConfig } from "./server.ts";

/** What is wrong with the configuration of a server that code has written; a file is checked when it is read. */
export function serverFaults(server: ServerConfig): readonly string[] {
  const { name, breaker, rateLimits = {}, retryBudget, resources = {} } = server;
  const { tools = {}, ...limits } = rateLimits;
  const numbers: readonly Figure[] = [
    ["maxConcurrentCalls", server.maxConcurrentCalls, 1],
    ["hedgeAfterMs", server.hedgeAfterMs, 0],
    ["healthIntervalMs", server.healthIntervalMs, 1],
    ["connectTimeoutMs", server.connectTimeoutMs, 0],
    ...(breaker === undefined || breaker === "off" ? [] : breakerFigures(breaker)),
    ...Object.entries({ ...limits, ...tools }).flatMap(([what, limit]) => rateFigures(what, limit)),
    ["retryBudget.share", retryBudget?.share, 0],
    ["retryBudget.perSecond", retryBudget?.perSecond, 0],
    ...Object.entries(resources).map(([what, amount]): Figure => [`resources.${what}`, amount, 0]),
    ...replicasOf(server).map((replica): Figure => [`tier of replica "${replica.name}"`, replica.tier, 1]),
  ];
  const wrong = numbers.flatMap(([what, value, least]) =>
    value === undefined || value >= least ? [] : `${what} is ${value}, and must be at least ${least}`,
  );
  const neverRepeats = retryBudget !== undefined && retryBudget.share === 0 && retryBudget.perSecond === 0;
  return [...nameFaults(server), ...wrong, ...(neverRepeats ? ["with a retryBudget of nothing a repetition would wait for ever"] : [])].map(
    (fault) => `server "${name}": ${fault}`,
  );
}

/** What it is, its value, and the least that it may be. */
type Figure = readonly [what: string, value: number | undefined, least: number];

function breakerFigures(breaker: Exclude<Required<ServerConfig>["breaker"], "off">): readonly Figure[] {
  return [
    ["breaker.failures", breaker.failures, 1],
    ["breaker.recoveryMs", breaker.recoveryMs, 0],
    ["breaker.halfOpenCalls", breaker.halfOpenCalls, 1],
    ["breaker.successes", breaker.successes, 1],
  ];
}

function rateFigures(what: string, limit: RateLimit | undefined): readonly Figure[] {
  return [
    [`rateLimits of ${what}: count`, limit?.count, 1],
    [`rateLimits of ${what}: perMs`, limit?.perMs, 1],
  ];
}

function nameFaults(server: ServerConfig): readonly string[] {
  const names = replicasOf(server).map((replica) => replica.name);
  const wrong = names.find((replica, place) => names.indexOf(replica) !== place || !SERVER_NAME.test(replica));
  return [
    ...(SERVER_NAME.test(server.name) ? [] : ['this is no name - it has 1 to 64 of A-Z, a-z, 0-9, "_" and "-"']),
    ...(wrong === undefined ? [] : [`"${wrong}" is no name for one replica - each has one of its own, as servers have`]),
  ];
}
