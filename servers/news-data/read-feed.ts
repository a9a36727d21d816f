import { constants, openSync, closeSync, fstatSync, readFileSync } from "node:fs";
import type { GuardedHttp } from "../kit/http/guarded-fetch.ts";
import { refuse } from "../kit/reference-server.ts";

/** What a feed says, as text, and what to say when asking for it again. */
export interface ReadFeed {
  /** Undefined when it has not changed. */
  readonly text?: string;
  readonly etag?: string;
  readonly modified?: string;
}

const BYTES_MAX = 4 * 1024 * 1024;
const TYPES = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5";

/** @param known - of the answer before, which the server need not send again. @throws ToolError - it cannot be read */
export async function readFeed(
  place: string,
  known: ReadFeed,
  { http, signal }: { http: GuardedHttp; signal: AbortSignal },
): Promise<ReadFeed> {
  if (!/^https?:/.test(place)) return { text: decoded(readFile(place), "") };
  const headers = {
    accept: TYPES,
    ...(known.etag === undefined ? {} : { "if-none-match": known.etag }),
    ...(known.modified === undefined ? {} : { "if-modified-since": known.modified }),
  };
  const answer = await http.fetch(place, { headers, signal, bytesMax: BYTES_MAX });
  if (answer.status === 304) return known;
  if (answer.status !== 200) throw refuse(`it is answered with status ${answer.status}`);
  const { etag, "last-modified": modified, "content-type": type = "" } = answer.headers;
  return {
    text: decoded(answer.body, type),
    ...(etag === undefined ? {} : { etag }),
    ...(modified === undefined ? {} : { modified }),
  };
}

function readFile(path: string): Uint8Array {
  let file: number | undefined;
  try {
    // Without it, a named pipe would hold up everything.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = regular(file);
    if (size > BYTES_MAX) throw refuse(`it has ${size} bytes: at most ${BYTES_MAX} are read`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && "code" in error) throw refuse(`it cannot be read: ${String(error.code)}`);
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function regular(file: number): { readonly size: number } {
  const found = fstatSync(file);
  if (!found.isFile()) throw refuse("it is no file");
  return found;
}

/** A mark before it says in what it is written; else whoever sends it does; else XML itself; else it is UTF-8. */
function decoded(bytes: Uint8Array, contentType: string): string {
  const marked = markOf(bytes);
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  // What can be read so far without a mark is not in UTF-16, though some that write XML to a string always say so.
  const declared = /^\s*<\?xml[^>]{0,100}encoding=["'](?!utf-?16)([\w.:-]{1,40})["']/i.exec(start)?.[1];
  const sent = /charset=["']?([\w.:-]{1,40})/i.exec(contentType)?.[1];
  const encoding = marked ?? sent ?? declared ?? "utf-8";
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    throw refuse(`it is written in "${encoding}", which is not known`);
  }
}

function markOf([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}
