import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { openExchange } from "./exchange.ts";

test("a file is there whole, with its size and hash, and replaces what was there", async () => {
  using directory = temporaryDirectory();
  const exchange = openExchange(join(directory.path, "new", "exchange"));
  for (const content of ["first", ""]) {
    const sha256 = createHash("sha256").update(content).digest("hex");
    const written = await exchange.write("acme", "folder/a.txt", (path) => writeFileSync(path, content));
    expect(written).toEqual({ file: "folder/a.txt", bytes: content.length, sha256 });
    expect(readFileSync(exchange.existing("acme", "folder/a.txt"), "utf8")).toBe(content);
  }
  expect(() => exchange.existing("globex", "folder/a.txt")).toThrow('the exchange has no file "folder/a.txt"');
  expect(exchange.remove("acme", "folder/a.txt")).toBe(true);
  expect(exchange.remove("acme", "folder/a.txt")).toBe(false);
});

test("nothing is seen of a file before it is whole, and when writing fails what was there stays", async () => {
  using directory = temporaryDirectory();
  const exchange = openExchange(directory.path);
  await exchange.write("acme", "a", (path) => writeFileSync(path, "old"));
  const failing = exchange.write("acme", "a", (path) => {
    writeFileSync(path, "ne");
    expect(readFileSync(exchange.existing("acme", "a"), "utf8")).toBe("old");
    throw new Error("the disk is full");
  });
  await expect(failing).rejects.toThrow("the disk is full");
  expect(readFileSync(exchange.existing("acme", "a"), "utf8")).toBe("old");
  expect(readdirSync(join(directory.path, "acme"))).toEqual(["a"]);
});

test("a folder that is cleared away while a file for it is written does not cost the file", async () => {
  using directory = temporaryDirectory();
  const exchange = openExchange(directory.path);
  await exchange.write("acme", "runs/1/a", (path) => {
    writeFileSync(path, "new");
    exchange.removeFolder("acme", "runs");
  });
  expect(readFileSync(exchange.existing("acme", "runs/1/a"), "utf8")).toBe("new");
  const late = exchange.write("acme", "b", (path) => {
    writeFileSync(path, "new");
    mkdirSync(join(directory.path, "acme", "b"));
  });
  await expect(late).rejects.toThrow("is a folder");
});

test("of two that write the same file at once one wins, wholly", async () => {
  using directory = temporaryDirectory();
  const exchange = openExchange(directory.path);
  const contents = Array.from({ length: 20 }, (_, number) => String(number).repeat(10_000));
  await Promise.all(contents.map(async (content) => await exchange.write("acme", "a", (path) => writeFileSync(path, content))));
  expect(contents).toContain(readFileSync(exchange.existing("acme", "a"), "utf8"));
});

test.each(["../acme", "a/b", "", ".", "..", "acme\u0000", "link"])('the tenant "%s" has no files', async (tenant) => {
  using directory = temporaryDirectory();
  symlinkSync("/tmp", join(directory.path, "link"));
  const exchange = openExchange(directory.path);
  expect(() => exchange.existing(tenant, "x")).toThrow(/is no path|is no tenant|over a link/);
  await expect(exchange.write(tenant, "x", () => undefined)).rejects.toThrow(/is no path|is no tenant|over a link/);
});

test("a folder is no file, and what is not finished has no name", async () => {
  using directory = temporaryDirectory();
  const exchange = openExchange(directory.path);
  await exchange.write("acme", "folder/a", (path) => writeFileSync(path, ""));
  expect(() => exchange.existing("acme", "folder")).toThrow("has no file");
  await expect(exchange.write("acme", "folder", (path) => writeFileSync(path, ""))).rejects.toThrow("is a folder");
  await expect(exchange.write("acme", "folder/a/b", (path) => writeFileSync(path, ""))).rejects.toThrow("is no path to a file");
  expect(() => exchange.existing("acme", ".x.part")).toThrow("is not finished");
  expect(exchange.removeFolder("acme", "folder")).toBe(1);
});

test("what a writer left that died long ago is taken away, and nothing else", () => {
  using directory = temporaryDirectory();
  const folder = join(directory.path, "acme");
  mkdirSync(folder);
  for (const name of [".old.part", ".new.part", "old.csv"]) writeFileSync(join(folder, name), "");
  const longAgo = new Date(Date.now() - 2 * 86_400_000);
  for (const name of [".old.part", "old.csv"]) utimesSync(join(folder, name), longAgo, longAgo);
  openExchange(directory.path);
  expect(readdirSync(folder).toSorted()).toEqual([".new.part", "old.csv"]);
});
