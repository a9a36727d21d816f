import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { findGpus } from "./gpus.ts";

const LONG = { timeout: 30_000, interval: 10 };

test("the command of a driver that hangs ends with the call that has asked it", async () => {
  using directory = temporaryDirectory();
  const [nvidiaSmi, pidFile] = [join(directory.path, "smi"), join(directory.path, "pid")];
  writeFileSync(nvidiaSmi, `#!/bin/sh\necho $$ > "${pidFile}.part"\nmv "${pidFile}.part" "${pidFile}"\nexec sleep 600\n`, { mode: 0o755 });
  const stop = new AbortController();
  const asking = findGpus({ nvidiaSmi, signal: stop.signal, limitMs: 600_000, drm: directory.path });
  await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), LONG);
  stop.abort();
  expect(await asking).toEqual([]);
  const pid = Number(readFileSync(pidFile, "utf8"));
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), LONG);
});
