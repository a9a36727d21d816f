import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { TuttiError } from "../model/errors.ts";
import type { Caller } from "../operations/operation-context.ts";
import { openAuditLog } from "../sqlite/audit-log.ts";
import type { Config } from "./config.ts";
import { openCallerSource } from "./identify-caller.ts";

/** Where a token may be found. */
export interface TokenPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
}

/** Who uses this process, and the token that shows it to other processes. */
export interface SessionCaller {
  readonly caller: Caller;
  /** Only where the configuration asks for one. */
  readonly identityToken?: string;
}

/**
 * Finds out who uses this process.
 *
 * @throws TuttiError `identity.invalid`, `tenant.invalid`, `access.denied`
 */
export async function sessionCaller(config: Config, place: TokenPlace, clock: Clock): Promise<SessionCaller> {
  const { access, dataDirectory, auditKeyFile } = config;
  await using audit = await openAuditLog({ directory: dataDirectory, clock, ...defined({ keyFile: auditKeyFile }) });
  const identityToken = access.identity === undefined ? undefined : readToken(place);
  const caller = await openCallerSource(access, { clock, audit }).identify(identityToken, new AbortController().signal);
  return { caller, ...defined({ identityToken }) };
}

/** More than any token has; a file of another kind is not read whole. */
const TOKEN_FILE_BYTES_MAX = 64 * 1024;

/** `TUTTI_TOKEN` outranks `TUTTI_TOKEN_FILE`, as what is given for one command outranks what is given for all. */
function readToken({ environment, workingDirectory }: TokenPlace): string | undefined {
  const token = environment["TUTTI_TOKEN"] ?? "";
  const file = environment["TUTTI_TOKEN_FILE"] ?? "";
  if (token !== "") return token.trim();
  if (file === "") return undefined;
  try {
    const path = resolve(workingDirectory, file);
    if (statSync(path).size > TOKEN_FILE_BYTES_MAX) throw new Error("it is too large for a token");
    return readFileSync(path, "utf8").trim();
  } catch (cause) {
    const reason = `the token cannot be read from ${file}: ${(cause as Error).message}`;
    throw new TuttiError("identity.invalid", reason, { reason }, { cause });
  }
}
