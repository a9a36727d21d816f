import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";

const TIMEOUT_MS = 5_000;

const BYTES_MAX = 1024 * 1024;

/** Fetches a small document over HTTP. A redirect is an error: it could lead where nobody has looked. */
export async function fetchKeys(url: string, clock: Clock): Promise<string> {
  using limit = deadline(
    clock,
    new AbortController().signal,
    TIMEOUT_MS,
    () => new Error(`there was no answer within ${TIMEOUT_MS / 1_000} s`),
  );
  const { signal } = limit;
  const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/jwk-set+json, application/json" } });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the answer was HTTP ${response.status}`);
  }
  return await readLimited(response);
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) throw new Error(`the answer has more than ${BYTES_MAX / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
