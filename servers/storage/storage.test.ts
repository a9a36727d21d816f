import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openStorage } from "./open-storage.ts";

const ZONES = ["a", "b", "c"];

interface World extends AsyncDisposable {
  readonly path: string;
  readonly server: HeldServer;
  /** The server once more on the same files, after the one before has ended. */
  again(environment?: Readonly<Record<string, string>>): Promise<HeldServer>;
  /** The files with the content of one object in them, by zone. */
  readonly objects: (zone: string) => string[];
  exchange(name: string): string;
}

async function world(environment: Readonly<Record<string, string>> = {}): Promise<World> {
  const folder = temporaryDirectory();
  const { path } = folder;
  mkdirSync(join(path, "exchange/acme"), { recursive: true });
  const open = async (more: Readonly<Record<string, string>>): Promise<HeldServer> =>
    await hold(
      openStorage({
        STATE_DIR: join(path, "state"),
        EXCHANGE_DIR: join(path, "exchange"),
        STORAGE_DIRS: ZONES.map((zone) => join(path, zone)).join(","),
        ...environment,
        ...more,
      }),
    );
  let server = await open({});
  return {
    path,
    get server() {
      return server;
    },
    async again(more = {}) {
      await server[Symbol.asyncDispose]();
      server = await open(more);
      return server;
    },
    objects: (zone) =>
      readdirSync(join(path, zone), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== "tutti-zone")
        .map((entry) => join(entry.parentPath, entry.name)),
    exchange: (name) => join(path, "exchange/acme", name),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

test("a file is kept in three zones, with versions, and comes back as it was", async () => {
  await using held = await world();
  const { server } = held;
  const bytes = Buffer.alloc(3_000_000, 7);
  writeFileSync(held.exchange("in.bin"), bytes);
  const first = await server.call("upload_file", {
    file: "in.bin",
    path: "/data/x.bin",
    metadata: { accuracy: 0.9, final: true, by: "🙂" },
  });
  expect(first).toMatchObject({
    path: "/data/x.bin",
    version: 1,
    bytes: 3_000_000,
    replicas: ["zone-1", "zone-2", "zone-3"],
    degraded: false,
    sealed: false,
  });
  for (const zone of ZONES) expect(held.objects(zone).map((path) => readFileSync(path).equals(bytes))).toEqual([true]);
  expect(await server.call("upload_file", { content: "two", path: "/data/x.bin" })).toMatchObject({ version: 2 });
  expect(await server.call("download_file", { path: "/data/x.bin" })).toMatchObject({
    version: 2,
    content: "two",
    encoding: "utf-8",
    repaired: [],
  });
  await server.call("download_file", { path: "/data/x.bin", version: 1, file: "folder/out.bin" });
  expect(readFileSync(held.exchange("folder/out.bin")).equals(bytes)).toBe(true);
  expect(await server.refusal("download_file", { path: "/data/x.bin", version: 1 })).toContain("name a file of the exchange");
  expect(await server.refusal("download_file", { path: "/data/x.bin", version: 3 })).toContain("no version 3");
  expect(await server.call("list_files", { prefix: "/data/" })).toMatchObject({
    files: [{ path: "/data/x.bin", version: 2, bytes: 3, replicas: 3 }],
  });
  expect(await server.call("list_files", {}, { tenant: "rival" })).toEqual({ files: [] });
  expect(await server.refusal("download_file", { path: "/data/x.bin" }, { tenant: "rival" })).toContain("no file");
});

test("an upload that comes again with its key is done once, and can be undone by its version", async () => {
  await using held = await world();
  const { server } = held;
  const asked = { content: "one", path: "/a" };
  const first = await server.call("upload_file", asked, { key: "k" });
  expect(await server.call("upload_file", asked, { key: "k" })).toEqual(first);
  expect(await (await held.again()).call("upload_file", asked, { key: "k" })).toEqual(first);
  await held.server.call("upload_file", { content: "one", path: "/b" });
  expect(held.objects("a")).toHaveLength(1);
  expect(await held.server.call("backup_data", { remove: "/a", version: 1 })).toMatchObject({ action: "remove", files: 1, bytes: 3 });
  expect(await held.server.call("backup_data", { remove: "/a", version: 1 })).toMatchObject({ files: 0 });
  expect(held.objects("a")).toHaveLength(1);
  expect(await held.server.call("backup_data", { remove: "/b", version: "all" })).toMatchObject({ files: 1 });
  expect(ZONES.flatMap(held.objects)).toEqual([]);
  expect(await held.server.call("upload_file", { content: "two", path: "/a" })).toMatchObject({ version: 2 });
});

test("a page ends where the next one begins, and prefixes are what paths begin with", async () => {
  await using held = await world();
  const { server } = held;
  for (const path of ["/a/1", "/a/2", "/a/3", "/ab", "/é"]) await server.call("upload_file", { content: path, path });
  const page = async (asked: object): Promise<{ files: { path: string }[]; next_cursor?: string }> =>
    await server.call("list_files", asked);
  const first = await page({ limit: 2 });
  const second = await page({ limit: 2, cursor: first.next_cursor });
  const third = await page({ limit: 2, cursor: second.next_cursor });
  expect([first, second, third].map(({ files }) => files.map(({ path }) => path))).toEqual([["/a/1", "/a/2"], ["/a/3", "/ab"], ["/é"]]);
  expect(third.next_cursor).toBeUndefined();
  expect((await page({ prefix: "/a/" })).files).toHaveLength(3);
  expect((await page({ prefix: "/a" })).files).toHaveLength(4);
});

test("a replica that is bad is not given, and is mended from a good one; when none is good, that is said", async () => {
  await using held = await world();
  const { server } = held;
  await server.call("upload_file", { content: "good", path: "/x" });
  const [first = "", second = "", third = ""] = ZONES.flatMap(held.objects);
  writeFileSync(first, "evil");
  writeFileSync(second, "longer than it was");
  expect(await server.call("download_file", { path: "/x" })).toMatchObject({
    content: "good",
    replica: "zone-3",
    repaired: ["zone-1", "zone-2"],
  });
  expect(ZONES.flatMap(held.objects).map((path) => readFileSync(path, "utf8"))).toEqual(["good", "good", "good"]);
  for (const path of [first, second, third]) writeFileSync(path, "evil");
  expect(await server.refusal("download_file", { path: "/x", file: "out" })).toContain("none of 3 zones has a good copy");
  expect(existsSync(held.exchange("out"))).toBe(false);
});

test("a folder in the place of a replica is replaced, and keeps nothing else from being taken away", async () => {
  await using held = await world();
  const { server } = held;
  await server.call("upload_file", { content: "good", path: "/x" });
  const [first = ""] = held.objects("a");
  const plant = (): void => {
    rmSync(first);
    mkdirSync(join(first, "inside"), { recursive: true });
  };
  plant();
  expect(await server.call("download_file", { path: "/x" })).toMatchObject({ content: "good", repaired: ["zone-1"] });
  plant();
  expect(await server.call("upload_file", { content: "good", path: "/y" })).toMatchObject({ degraded: false });
  plant();
  for (const path of ["/x", "/y"]) await server.call("backup_data", { remove: path, version: "all" });
  expect(ZONES.flatMap(held.objects)).toEqual([]);
  expect(existsSync(first)).toBe(false);
});

test("with one zone gone files are kept in the others, with two nothing is taken, and a zone that comes back is filled", async () => {
  await using held = await world();
  const { path, server } = held;
  await server.call("upload_file", { content: "before", path: "/before" });
  renameSync(join(path, "c"), join(path, "away"));
  expect(await server.call("upload_file", { content: "with two", path: "/two" })).toMatchObject({
    replicas: ["zone-1", "zone-2"],
    degraded: true,
  });
  expect(await server.call("get_server_status")).toMatchObject({ status: "degraded" });
  // The folder on which nothing is mounted is no zone.
  mkdirSync(join(path, "c"));
  renameSync(join(path, "b"), join(path, "b-away"));
  expect(await server.refusal("upload_file", { content: "with one", path: "/one" })).toContain("at least 2 are needed");
  expect(await server.call("download_file", { path: "/before" })).toMatchObject({ content: "before" });
  expect(await server.call("get_server_status")).toMatchObject({ status: "unhealthy" });
  expect(readdirSync(join(path, "c"))).toEqual([]);
  renameSync(join(path, "b-away"), join(path, "b"));
  // A new disk, that whoever runs the server has told to be one.
  writeFileSync(join(path, "c/tutti-zone"), "");
  const again = await held.again();
  const status = async (): Promise<{ status: string }> => await again.call("get_server_status");
  await vi.waitFor(async () => expect(await status()).toMatchObject({ status: "healthy", facts: { replicas_missing: 0 } }), {
    timeout: 30_000,
  });
  expect(held.objects("c")).toHaveLength(2);
  // One that is lost without a word is made again when it is read.
  rmSync(held.objects("c")[0] ?? "");
  for (const name of ["/before", "/two"]) await again.call("download_file", { path: name });
  expect(held.objects("c")).toHaveLength(2);
});

test("a backup stands for itself, shows every change, and brings files back as new versions", async () => {
  await using held = await world();
  const { path, server } = held;
  await server.call("upload_file", { content: "one", path: "/data/1", metadata: { n: 1 } });
  await server.call("upload_file", { content: "two", path: "/data/2" });
  const made = await server.call<{ backup_id: string; manifest_sha256: string }>("backup_data", {
    prefix: "/data/",
    label: "before",
    destination: "2026/01",
  });
  expect(made).toMatchObject({ action: "backup", files: 2, bytes: 6 });
  const { backup_id: id, manifest_sha256: hash } = made;
  expect(await server.call("backup_data", { verify: id })).toMatchObject({ valid: true, damaged: [], manifest_sha256: hash });
  await server.call("backup_data", { remove: "/data/1", version: "all" });
  expect(await server.call("backup_data", { restore: id })).toMatchObject({
    files: 1,
    unchanged: 1,
    restored: [{ path: "/data/1", version: 2 }],
  });
  expect(await server.call("download_file", { path: "/data/1" })).toMatchObject({ content: "one" });
  expect(await server.refusal("backup_data", { restore: id }, { tenant: "rival" })).toContain("no backup");

  // Without index and zones, whoever has the hash gets the files back.
  for (const gone of ["state/storage.sqlite", "state/storage.sqlite-wal", "state/storage.sqlite-shm", ...ZONES])
    renameSync(join(path, gone), join(path, `${gone}-gone`));
  const anew = await held.again();
  expect(await anew.refusal("backup_data", { restore: id })).toContain("with manifest_sha256");
  const known = { restore: id, destination: "2026/01", manifest_sha256: hash };
  expect(await anew.call("backup_data", known)).toMatchObject({ files: 2, unchanged: 0 });
  expect(await anew.call("list_files")).toMatchObject({ files: [{ path: "/data/1", metadata: { n: 1 } }, { path: "/data/2" }] });

  const content = readdirSync(join(path, "state/backups"), { recursive: true, encoding: "utf8" }).map((name) =>
    join(path, "state/backups", name),
  );
  const [object = ""] = content.filter((name) => /[0-9a-f]{64}$/.test(name));
  const good = readFileSync(object);
  writeFileSync(object, "evil");
  await anew.call("backup_data", { remove: "/data/1", version: "all" });
  await anew.call("backup_data", { remove: "/data/2", version: "all" });
  expect(await anew.refusal("backup_data", known)).toContain("nothing was restored");
  expect(await anew.call("backup_data", { ...known, restore: undefined, verify: id })).toMatchObject({
    valid: false,
    damaged: [expect.stringContaining("/data/")],
  });
  writeFileSync(object, good);
  const manifest = content.find((name) => name.endsWith("manifest.json")) ?? "";
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"/data/1"', '"/data/9"'));
  expect(await anew.refusal("backup_data", known)).toContain("is not the one with the hash");
  expect(await anew.call("list_files")).toEqual({ files: [] });
});

test("the quota of a tenant counts versions and backups, and what is removed makes room", async () => {
  await using held = await world({ QUOTA_BYTES: "10" });
  const { server } = held;
  await server.call("upload_file", { content: "12345", path: "/a" });
  const { backup_id: id } = await server.call<{ backup_id: string }>("backup_data", { prefix: "/", label: "all" });
  expect(await server.refusal("upload_file", { content: "1", path: "/b" })).toContain("10 of 10 are used");
  expect(await server.refusal("backup_data", { prefix: "/", label: "all" })).toContain("are too many");
  await server.call("upload_file", { content: "1234567890", path: "/b" }, { tenant: "rival" });
  expect(await server.call("backup_data", { forget: id })).toMatchObject({ files: 1 });
  expect(await server.call("backup_data", { forget: id })).toMatchObject({ files: 0 });
  await server.call("upload_file", { content: "54321", path: "/b" });
  expect(readdirSync(join(held.path, "state/backups"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toEqual(
    [],
  );
});

test("what servers have handed to one another is discarded by folders, and nothing of anybody else", async () => {
  await using held = await world();
  const { path, server } = held;
  for (const file of ["acme/runs/1/deep/a.csv", "acme/runs/1/b.csv", "acme/runs/2/c.csv", "rival/runs/1/d.csv"]) {
    mkdirSync(join(path, "exchange", file, ".."), { recursive: true });
    writeFileSync(join(path, "exchange", file), "x");
  }
  expect(await server.refusal("backup_data", { discard: "runs/2/c.csv" })).toContain("is a file");
  expect(await server.call("backup_data", { discard: "runs/1" })).toMatchObject({ action: "discard", files: 2 });
  expect(await server.call("backup_data", { discard: "runs/1" })).toMatchObject({ files: 0 });
  const left = readdirSync(join(path, "exchange"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(left.map(({ name }) => name).toSorted()).toEqual(["c.csv", "d.csv"]);
});
