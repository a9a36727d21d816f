import { closeSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import { asksWho } from "../model/asks-who.ts";
import { TuttiError } from "../model/errors.ts";
import type { Caller } from "../operations/operation-context.ts";
import { openAuditLog } from "../sqlite/audit-log.ts";
import type { Config } from "./config.ts";
import { openCallerSource, recordingRefusal } from "./identify-caller.ts";

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
  await using audit = await openAuditLog({ directory: dataDirectory, clock, keyFile: auditKeyFile });
  const identityToken = asksWho(access) ? await recordingRefusal(audit, async () => readToken(place)) : undefined;
  const caller = await openCallerSource(access, { clock, audit }).identify(identityToken, new AbortController().signal);
  return { caller, ...defined({ identityToken }) };
}

/** `TUTTI_TOKEN` outranks `TUTTI_TOKEN_FILE`, as what is given for one command outranks what is given for all. */
function readToken({ environment, workingDirectory }: TokenPlace): string | undefined {
  const token = environment["TUTTI_TOKEN"] ?? "";
  const file = environment["TUTTI_TOKEN_FILE"] ?? "";
  if (token !== "") return token.trim();
  if (file === "") return undefined;
  // Messages go to logs and terminals.
  if (TOKEN.test(file)) throw unreadable("TUTTI_TOKEN_FILE must name a file, and holds a token itself: that belongs into TUTTI_TOKEN");
  try {
    return readStart(resolve(workingDirectory, file)).trim();
  } catch (cause) {
    throw unreadable(`the token cannot be read from ${file}: ${(cause as Error).message}`, cause);
  }
}

/** Every signed token begins with an object in base64. */
const TOKEN = /eyJ[\w-]{8,}\./;

function unreadable(reason: string, cause?: unknown): TuttiError {
  return new TuttiError("identity.invalid", reason, { reason }, cause === undefined ? {} : { cause });
}

/** More than any token has. */
const TOKEN_FILE_BYTES_MAX = 64 * 1024;

/** The text of a file, or of what only can be read like one: a pipe does not know its size, and a device has none. */
function readStart(path: string): string {
  const buffer = Buffer.alloc(TOKEN_FILE_BYTES_MAX + 1);
  const file = openSync(path, "r");
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) read = readSync(file, buffer, { offset: length });
    if (length > TOKEN_FILE_BYTES_MAX) throw new Error("it is too large for a token");
    return buffer.toString("utf8", 0, length);
  } finally {
    closeSync(file);
  }
}
