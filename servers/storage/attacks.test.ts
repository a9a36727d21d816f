import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { printSealedHeader } from "../kit/sealing/sealed-header.ts";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openState } from "../kit/state/state.ts";
import { openStorage } from "./open-storage.ts";
import { INDEX_SCHEMA } from "./storage-index.ts";
import { ZONES_SCHEMA } from "./zones.ts";

function environmentOf(path: string): Record<string, string> {
  mkdirSync(join(path, "exchange/acme"), { recursive: true });
  return {
    STATE_DIR: join(path, "state"),
    EXCHANGE_DIR: join(path, "exchange"),
    STORAGE_DIRS: ["a", "b", "c"].map((zone) => join(path, zone)).join(","),
  };
}

function sealed(tenant: string, path: string): Buffer {
  const header = printSealedHeader({ algorithm: "AES-256-GCM", keyId: "key-1", nonce: "AAAAAAAAAAAAAAAA", tenant, path });
  return Buffer.concat([header, Buffer.alloc(64, 1)]);
}

const PATHS = [
  "x",
  "",
  "/",
  "//x",
  "/x/",
  "/../x",
  "/a/../x",
  "/./x",
  "/a//b",
  "/..",
  "\\x",
  "/a\\b",
  "/x\u0000",
  "/x\n",
  "/\ud800",
  "/e\u0301",
  "/a\u202eb",
  "/a\u200bb",
  "/\ufeffx",
  `/${"x".repeat(256)}`,
  `/${"x/".repeat(600)}x`,
];

test("no path is taken that could be another one in disguise", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openStorage(environmentOf(folder.path)));
  for (const path of PATHS) {
    await server.refusal("upload_file", { content: "x", path });
    await server.refusal("download_file", { path });
    await server.refusal("backup_data", { remove: path, version: "all" });
  }
  for (const prefix of ["x", "", "/../", "/a//", "/\u0000"]) await server.refusal("list_files", { prefix });
  for (const cursor of ["x", "*", "Li4v", "L2E=", Buffer.from("x").toString("base64url")]) await server.refusal("list_files", { cursor });
  for (const destination of ["..", "../x", "/tmp", "s3://bucket/x", "a//b", "a\u0000"])
    await server.refusal("backup_data", { prefix: "/", label: "x", destination });
  for (const id of ["../x", "backup-x", "", "__proto__"])
    await server.refusal("backup_data", { restore: id, manifest_sha256: "0".repeat(64) });
  for (const discard of ["..", "../rival", "/", "a/../..", ".", "a\u0000"]) await server.refusal("backup_data", { discard });
  await server.refusal("backup_data", {});
  await server.refusal("backup_data", { prefix: "/", label: "x", forget: "y" });
  await server.refusal("backup_data", { remove: "/x" });
  for (const path of ["/__proto__", "/constructor", "/🙂", "/%2e%2e", "/~", "/-rf", "/a b", "/CON", "/'; DROP TABLE versions; --"]) {
    await server.call("upload_file", { content: path, path, metadata: { constructor: "x" } });
    expect(await server.call("download_file", { path })).toMatchObject({ content: path });
  }
  expect(readdirSync(folder.path).toSorted()).toEqual(["a", "b", "c", "exchange", "state"]);
});

test("sources are files of the exchange and nothing else, and uploads have one of them", async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  const environment = environmentOf(path);
  writeFileSync(join(path, "secret"), "secret");
  symlinkSync(join(path, "secret"), join(path, "exchange/acme/link"));
  await using server = await hold(openStorage({ ...environment, FILE_MB: "1" }));
  for (const file of ["../../secret", "link", "none", "/etc/passwd", ".", "a\u0000", ""])
    await server.refusal("upload_file", { file, path: "/x" });
  for (const file of ["../x", "link", "/tmp/x", "\u0000"]) await server.refusal("download_file", { path: "/x", file });
  writeFileSync(join(path, "exchange/acme/large"), Buffer.alloc(2 ** 20 + 1));
  expect(await server.refusal("upload_file", { file: "large", path: "/x" })).toContain("at most 1048576 bytes");
  await server.refusal("upload_file", { path: "/x" });
  await server.refusal("upload_file", { path: "/x", content: "x", file: "large" });
  await server.refusal("upload_file", { path: "/x", content: "\ud800" });
  expect(await server.refusal("upload_file", { path: "/x", content: "x", replication: 4 })).toContain("there are 3 zones");
  for (const metadata of [{ x: null }, { x: {} }, { "": 1 }, Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, n]))]) {
    await server.refusal("upload_file", { path: "/x", content: "x", metadata });
  }
  expect(await server.call("list_files")).toEqual({ files: [] });
});

test("below /models/ only files are taken that are sealed for the very place", async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  const environment = environmentOf(path);
  const put = (name: string, content: Buffer): void => writeFileSync(join(path, "exchange/acme", name), content);
  await using server = await hold(openStorage(environment));
  put("good", sealed("acme", "/models/x.onnx"));
  put("elsewhere", sealed("acme", "/models/y.onnx"));
  put("others", sealed("rival", "/models/x.onnx"));
  put("short", sealed("acme", "/models/x.onnx").subarray(0, -60));
  put("plain", Buffer.from("plain"));
  const upload = { path: "/models/x.onnx" };
  expect(await server.refusal("upload_file", { ...upload, file: "plain" })).toContain("takes sealed files only");
  expect(await server.refusal("upload_file", { ...upload, file: "short" })).toContain("takes sealed files only");
  expect(await server.refusal("upload_file", { ...upload, content: "TUTTI-SEALED-1\n{}\nx" })).toContain("takes sealed files only");
  expect(await server.refusal("upload_file", { ...upload, file: "elsewhere" })).toContain('sealed for "/models/y.onnx"');
  expect(await server.refusal("upload_file", { ...upload, file: "others" })).toContain("another tenant");
  for (const disguised of ["/Models/x.onnx", "/MODELS/x", "/ｍodels/x"])
    await server.refusal("upload_file", { path: disguised, file: "plain" });
  expect(await server.refusal("upload_file", { path: "/x", file: "plain", sealed_only: true })).toContain("takes sealed files only");
  expect(await server.call("upload_file", { ...upload, file: "good" })).toMatchObject({ sealed: true, version: 1 });
  expect(await server.call("upload_file", { path: "/modelsx", file: "plain" })).toMatchObject({ sealed: false });
  expect(["a", "b", "c"].flatMap((zone) => readdirSync(join(path, zone, "incoming")))).toEqual([]);
});

test("no backup is put into another one, and none that cannot be made keeps the server from starting again", async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  const environment = environmentOf(path);
  {
    await using server = await hold(openStorage(environment));
    await server.call("upload_file", { content: "kept", path: "/z" });
    const { backup_id: id } = await server.call<{ backup_id: string }>("backup_data", { prefix: "/", label: "x" });
    for (const destination of [id, `${id}/manifest.json`, `models/${id.toUpperCase()}/objects`, `${id}.part`]) {
      expect(await server.refusal("backup_data", { prefix: "/", label: "x", destination })).toContain("is the folder of a backup");
    }
    const backups = join(path, "state/backups");
    symlinkSync(path, join(backups, readdirSync(backups)[0] ?? "", "models"));
    expect(await server.refusal("backup_data", { prefix: "/", label: "x", destination: "models" })).toContain("over a link");
  }
  {
    using state = openState({ path: join(path, "state/storage.sqlite"), schema: [ZONES_SCHEMA, INDEX_SCHEMA] });
    expect(state.database.prepare("SELECT * FROM unfinished_backups").all()).toEqual([]);
    const [tenant = ""] = readdirSync(join(path, "state/backups"));
    const unfinished = state.database.prepare("INSERT INTO unfinished_backups (id, tenant, bytes, folder, process) VALUES (?, ?, ?, ?, ?)");
    unfinished.run("backup-x", "acme", 1, `${tenant}/models/backup-x`, `${process.pid} gone`);
  }
  await using again = await hold(openStorage(environment));
  expect(await again.call("download_file", { path: "/z" })).toMatchObject({ content: "kept" });
});

test("links that somebody has planted in zones and backups are neither read nor written through", async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  const environment = environmentOf(path);
  writeFileSync(join(path, "secret"), "good");
  mkdirSync(join(path, "outside"));
  await using server = await hold(openStorage(environment));
  await server.call("upload_file", { content: "good", path: "/x" });
  const objects = (zone: string): string[] =>
    readdirSync(join(path, zone, "objects"), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
  const [object = ""] = objects("a");
  rmSync(object);
  symlinkSync(join(path, "secret"), object);
  const [other = ""] = objects("b");
  rmSync(dirname(dirname(other)), { recursive: true });
  symlinkSync(join(path, "outside"), dirname(dirname(other)));
  expect(await server.call("download_file", { path: "/x" })).toMatchObject({ content: "good", replica: "zone-3" });
  await server.call("upload_file", { content: "more", path: "/y" });
  await server.call("backup_data", { remove: "/x", version: "all" });
  await server.call("backup_data", { remove: "/y", version: "all" });
  expect(readdirSync(join(path, "outside"))).toEqual([]);
  expect(readFileSync(join(path, "secret"), "utf8")).toBe("good");

  await server.call("upload_file", { content: "kept", path: "/z" });
  const { backup_id: id } = await server.call<{ backup_id: string }>("backup_data", { prefix: "/z", label: "x" });
  const backups = join(path, "state/backups");
  const names = readdirSync(backups, { recursive: true, encoding: "utf8" }).map((name) => join(backups, name));
  const content = names.find((name) => /[0-9a-f]{64}$/.test(name)) ?? "";
  rmSync(content);
  writeFileSync(join(path, "kept"), "kept");
  symlinkSync(join(path, "kept"), content);
  expect(await server.call("backup_data", { verify: id })).toMatchObject({ valid: false, damaged: ["/z"] });
});

test("settings that make no sense are told at the start", () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  const open = (more: Record<string, string>) => () => openStorage({ ...environmentOf(path), ...more });
  expect(open({ STORAGE_DIRS: `${path}/a,${path}/a` })).toThrow("twice");
  expect(open({ SEALED_PREFIXES: "models" })).toThrow("SEALED_PREFIXES");
  expect(open({ QUOTA_BYTES: "much" })).toThrow("QUOTA_BYTES");
});
