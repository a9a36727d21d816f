import { createPrivateKey, X509Certificate } from "node:crypto";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { Diagnosis } from "../cli/host.ts";
import { formatProblem } from "../definition/format-problem.ts";
import { parseWorkflow } from "../definition/parse-workflow.ts";
import { fetchKeys } from "../identity/fetch-keys.ts";
import type { IdentityConfig } from "../model/access.ts";
import type { Config } from "./config.ts";
import type { Environment } from "./environment-settings.ts";
import { isOpenToOthers } from "./is-open-to-others.ts";
import { openSecrets } from "./secrets.ts";

const DAY_MS = 86_400_000;
/** What ends sooner is told before it does. */
const SOON_MS = 14 * DAY_MS;

export interface ExamineOptions {
  readonly environment: Environment;
  readonly clock: Clock;
}

/** Whether everything that a configuration speaks of is there and will be for a while. */
export async function examineConfig(config: Config, options: ExamineOptions): Promise<readonly Diagnosis[]> {
  return [
    ...examineFile(config),
    ...examineKeys(config, options.clock.nowMs()),
    ...(config.access.identity === undefined ? [] : [await examineIdentity(config.access.identity, options.clock)]),
    ...examineCertificates(config, options.clock.nowMs()),
    ...examineChecks(config, options.environment),
    ...examinePatterns(config),
    ...(await examineSecrets(config, options.environment)),
  ];
}

function examineFile({ found, servers, warnings }: Config): readonly Diagnosis[] {
  const area = "configuration";
  if (found === undefined) {
    return [
      {
        area,
        status: "warn",
        message: "there is no tutti.yaml and no mcp.json here, so there are no servers",
        advice: "'tutti init' makes one",
      },
    ];
  }
  const { mode } = statSync(found.file);
  const isOpen = process.platform !== "win32" && (mode & 0o022) !== 0;
  const advice = `chmod go-w ${found.file}`;
  return [
    { area, status: "ok", message: `${found.file} has no mistakes (${servers.length} ${servers.length === 1 ? "server" : "servers"})` },
    ...warnings.map((problem): Diagnosis => ({ area, status: "warn", message: formatProblem(problem) })),
    // It says which programs are started.
    ...(isOpen ? [{ area, status: "warn" as const, message: `${found.file} can be changed by other users`, advice }] : []),
  ];
}

function examineKeys({ access }: Config, nowMs: number): readonly Diagnosis[] {
  return (access.apiKeys ?? []).flatMap(({ name, expiresAtMs }) => {
    if (expiresAtMs === undefined) return [];
    return ending({
      area: "access",
      what: `the API key ${name}`,
      endsAtMs: expiresAtMs,
      nowMs,
      advice: "make a new one and change its sha256",
    });
  });
}

function examineCertificates({ serve, cluster, tls }: Config, nowMs: number): readonly Diagnosis[] {
  const pairs = [serve.tls, cluster?.tls, tls].flatMap((pair) =>
    pair?.certFile === undefined || pair.keyFile === undefined ? [] : [[pair.certFile, pair.keyFile] as const],
  );
  return [...new Map(pairs)].flatMap(([file, keyFile]) => examineCertificate(file, keyFile, nowMs));
}

function examineCertificate(file: string, keyFile: string, nowMs: number): readonly Diagnosis[] {
  const area = "certificates";
  const open = isOpenToOthers(statSync(keyFile))
    ? [{ area, status: "warn" as const, message: `${keyFile} can be read by other users`, advice: `chmod 600 ${keyFile}` }]
    : [];
  try {
    const certificate = new X509Certificate(readFileSync(file));
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))) throw new Error(`${keyFile} is the key of another one`);
    const endsAtMs = Date.parse(certificate.validTo);
    return [...ending({ area, what: `the certificate ${file}`, endsAtMs, nowMs, advice: "put a new one in its place" }), ...open];
  } catch (error) {
    return [{ area, status: "bad", message: `the certificate ${file} is of no use: ${messageOf(error)}` }, ...open];
  }
}

interface Ending {
  readonly area: string;
  readonly what: string;
  readonly endsAtMs: number;
  readonly nowMs: number;
  readonly advice: string;
}

function ending({ area, what, endsAtMs, nowMs, advice }: Ending): readonly Diagnosis[] {
  const day = new Date(endsAtMs).toISOString().slice(0, 10);
  if (endsAtMs <= nowMs) return [{ area, status: "bad", message: `${what} ended on ${day}`, advice }];
  if (endsAtMs - nowMs < SOON_MS) return [{ area, status: "warn", message: `${what} ends on ${day}`, advice }];
  return [{ area, status: "ok", message: `${what} ends on ${day}` }];
}

function examineChecks({ checkRegistry }: Config, environment: Environment): readonly Diagnosis[] {
  return Object.entries(checkRegistry.checks).flatMap(([name, check]): readonly Diagnosis[] => {
    if (check.kind === "tool" || isProgram(check.command, environment)) return [];
    const message = `the check ${name} starts ${check.command}, which is not there or cannot be started`;
    return [{ area: "checks", status: "bad", message, advice: "install it, or name it with its path" }];
  });
}

function isProgram(command: string, environment: Environment): boolean {
  const folders = isAbsolute(command) ? [""] : (environment["PATH"] ?? "").split(delimiter);
  const endings = process.platform === "win32" ? ["", ".exe", ".cmd", ".bat"] : [""];
  return folders.some((folder) => endings.some((end) => isAllowed(join(folder, `${command}${end}`), constants.X_OK)));
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function examinePatterns({ patternDirectory }: Config): readonly Diagnosis[] {
  if (patternDirectory === undefined || statSync(patternDirectory, { throwIfNoEntry: false })?.isDirectory() === true) return [];
  return [{ area: "patterns", status: "bad", message: `there is no folder ${patternDirectory}`, advice: "make it, or change pattern_dir" }];
}

/** The secrets of the workflows that a configuration names. What other workflows want is only known to whoever runs them. */
async function examineSecrets({ secretsFile, operations }: Config, environment: Environment): Promise<readonly Diagnosis[]> {
  const found: Diagnosis[] = [];
  const warn = (message: string): void => void found.push({ area: "secrets", status: "warn", message });
  const secrets = openSecrets({ environment, warn, ...(secretsFile === undefined ? {} : { file: secretsFile }) });
  await secrets.all();
  for (const [operation, file] of Object.entries(operations)) {
    const text = isAllowed(file, constants.R_OK) ? readFileSync(file, "utf8") : undefined;
    if (text === undefined) {
      found.push({ area: "workflows", status: "bad", message: `${file} of the operation ${operation} cannot be read` });
      continue;
    }
    const mistakes = parseWorkflow(text, file).problems.filter(({ severity }) => severity === "error");
    if (mistakes.length > 0) {
      const message = `${file} of the operation ${operation} has ${mistakes.length} ${mistakes.length === 1 ? "mistake" : "mistakes"}`;
      found.push({ area: "workflows", status: "bad", message, advice: `'tutti validate ${file}' shows them` });
    }
    for (const name of new Set([...text.matchAll(/\$\{\{[^}]*?\bsecrets\.([A-Za-z_]\w*)/g)].map(([, written = ""]) => written))) {
      if ((await secrets.get(name)) !== undefined) continue;
      const advice = `set TUTTI_SECRET_${name}, or write it into the secrets file`;
      found.push({ area: "secrets", status: "bad", message: `there is no secret ${name}, which ${file} uses`, advice });
    }
  }
  return found;
}

async function examineIdentity({ keys, issuer }: IdentityConfig, clock: Clock): Promise<Diagnosis> {
  const area = "access";
  const place = keys.kind === "file" ? keys.file : keys.url;
  try {
    const document = JSON.parse(keys.kind === "file" ? readFileSync(keys.file, "utf8") : await fetchKeys(keys.url, clock)) as Json;
    const list = isJsonObject(document) && isJsonArray(document["keys"]) ? document["keys"] : [];
    if (list.length === 0) throw new Error("there are no keys in it");
    return { area, status: "ok", message: `${list.length} ${list.length === 1 ? "key" : "keys"} of ${issuer} at ${place}` };
  } catch (error) {
    const advice = "without them no token can be verified: look at identity.jwks";
    return { area, status: "bad", message: `the keys of ${issuer} cannot be read from ${place}: ${messageOf(error)}`, advice };
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
