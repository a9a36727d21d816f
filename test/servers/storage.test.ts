import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const ZONES = ["a", "b", "c"];
const BYTES = 80_000_000;

/** A call that may end because its server is killed: whether it has ended, and whether it was done. */
function watched(call: Promise<unknown>): { readonly ended: () => boolean; readonly done: Promise<boolean> } {
  let ended = false;
  const done = call.then(
    () => true,
    () => false,
  );
  void done.finally(() => (ended = true));
  return { ended: () => ended, done };
}

test("uploads and backups that are killed leave nothing behind, and come through when they are asked for again", async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  mkdirSync(join(path, "exchange/acme"), { recursive: true });
  writeFileSync(join(path, "exchange/acme/large"), Buffer.alloc(BYTES, "tutti"));
  const environment = {
    STATE_DIR: join(path, "state"),
    EXCHANGE_DIR: join(path, "exchange"),
    STORAGE_DIRS: ZONES.map((zone) => join(path, zone)).join(","),
  };
  const namesIn = (place: string): string[] =>
    existsSync(join(path, place)) ? readdirSync(join(path, place), { recursive: true, encoding: "utf8" }) : [];
  const filesIn = (zone: string): string[] =>
    namesIn(zone).filter((name) => name !== "tutti-zone" && statSync(join(path, zone, name)).isFile());
  const asked = { file: "large", path: "/large" };
  let done: boolean;
  {
    await using server = await start("storage", environment);
    await server.call("upload_file", { content: "small", path: "/small" });
    const upload = watched(server.call("upload_file", asked, { key: "k" }));
    // A machine may be so fast, or this process so slow, that it is done before it is killed. The same must hold then.
    await vi.waitUntil(() => upload.ended() || namesIn("a/incoming").length > 0, { timeout: 60_000, interval: 5 });
    await server.kill();
    done = await upload.done;
  }
  {
    await using server = await start("storage", environment);
    expect(ZONES.map((zone) => filesIn(zone).length)).toEqual(done ? [2, 2, 2] : [1, 1, 1]);
    const uploaded = await server.call("upload_file", asked, { key: "k" });
    expect(uploaded).toMatchObject({ version: 1, bytes: BYTES, replicas: ["zone-1", "zone-2", "zone-3"] });

    // The same of two servers at once: one version, and nobody is in the way of the other.
    await using other = await start("storage", environment);
    const again = { ...asked, path: "/both" };
    const both = await Promise.all([server, other].map(async (one) => await one.call("upload_file", again, { key: "both" })));
    expect(both[0]).toEqual(both[1]);
    expect(await other.call("list_files")).toMatchObject({
      files: [{ path: "/both", version: 1, replicas: 3 }, { path: "/large" }, { path: "/small" }],
    });
    for (const zone of ZONES) expect(filesIn(zone)).toHaveLength(2);

    const backup = watched(server.call("backup_data", { prefix: "/", label: "all" }, { key: "b" }));
    await vi.waitUntil(() => backup.ended() || namesIn("state/backups").some((name) => name.includes(".part/objects/")), {
      timeout: 60_000,
      interval: 5,
    });
    await server.kill();
    await backup.done;
  }
  await using server = await start("storage", environment);
  expect(namesIn("state/backups").filter((name) => name.includes(".part"))).toEqual([]);
  const { backup_id: id } = await server.call<{ backup_id: string }>("backup_data", { prefix: "/", label: "all" }, { key: "b" });
  expect(await server.call("backup_data", { verify: id })).toMatchObject({ valid: true, files: 3 });
  expect(namesIn("state/backups").filter((name) => name.endsWith("manifest.json"))).toHaveLength(1);
  expect(await server.call("download_file", { path: "/large", file: "out" })).toMatchObject({ bytes: BYTES, repaired: [] });
});
