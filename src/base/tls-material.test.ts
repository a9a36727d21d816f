import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAuthority, writeCertificate, writePem } from "../../test/support/certificates.ts";
import { openTls, type TlsFiles, type TlsMaterial } from "./tls-material.ts";

test("what is read stays the same object until a file changes, and files are looked at once in a second", () => {
  using world = openWorld();
  const caFile = writePem(world.directory, "ca.pem", createAuthority("one").certificate);
  const tls = world.open({ caFile });
  const first = tls.current();
  writeFileSync(caFile, createAuthority("two").certificate);
  expect(tls.current()).toBe(first);
  world.nowMs += 1_000;
  const second = tls.current();
  expect(second).not.toBe(first);
  world.nowMs += 1_000;
  expect(tls.current()).toBe(second);
});

test.each([
  ["is cut", (pem: string) => pem.slice(0, -100)],
  ["is garbage", () => "garbage"],
  ["is empty", () => ""],
  ["is broken inside", (pem: string) => pem.replace(/[A-Za-z0-9+/]{40}/, "")],
] as const)("a file that %s changes nothing, and is told of once", (_, spoil) => {
  using world = openWorld();
  const caFile = writePem(world.directory, "ca.pem", createAuthority().certificate);
  const tls = world.open({ caFile });
  const first = tls.current();
  const whole = createAuthority().certificate;
  writeFileSync(caFile, spoil(whole));
  for (let second = 0; second < 3; second += 1) {
    world.nowMs += 1_000;
    expect(tls.current()).toBe(first);
  }
  expect(world.notes).toEqual([expect.stringMatching(/ca\.pem has .*; what was read before stays in use$/)]);
  writeFileSync(caFile, whole);
  world.nowMs += 1_000;
  expect(tls.current()).not.toBe(first);
});

test("an authority that is cut behind a whole one does not go unnoticed", () => {
  using world = openWorld();
  const [one, two] = [createAuthority("one").certificate, createAuthority("two").certificate];
  const caFile = writePem(world.directory, "ca.pem", one + two.slice(0, -60));
  expect(() => world.open({ caFile }).current()).toThrow(`${caFile} has a broken certificate in it: its end is missing`);
});

test("a certificate whose key is written after it stays unused until the key is there", () => {
  using world = openWorld();
  const authority = createAuthority();
  const files = writeCertificate(world.directory, "own", authority.issue());
  const tls = world.open(files);
  const first = tls.current();
  const next = authority.issue();
  writeFileSync(files.certFile, next.certificate);
  world.nowMs += 1_000;
  expect(tls.current()).toBe(first);
  expect(world.notes[0]).toContain(`${files.keyFile} is no key for the certificate in ${files.certFile}`);
  writeFileSync(files.keyFile, next.key);
  world.nowMs += 1_000;
  expect(tls.current()).not.toBe(first);
});

test.each([
  [{ caFile: "/nowhere/ca.pem" }, "/nowhere/ca.pem cannot be read: ENOENT"],
  [{ certFile: "/nowhere/own.pem" }, "a certificate and its key belong together, and there is only /nowhere/own.pem"],
  [{ keyFile: "/nowhere/own.key" }, "a certificate and its key belong together, and there is only /nowhere/own.key"],
] as const)("files that cannot be used are named (%o)", (files, words) => {
  using world = openWorld();
  const tls = world.open(files);
  expect(() => tls.current()).toThrow(words);
  expect(() => tls.current()).toThrow(words);
});

test("files that are there later are read then", () => {
  using world = openWorld();
  const caFile = join(world.directory, "ca.pem");
  const tls = world.open({ caFile });
  expect(() => tls.current()).toThrow("cannot be read");
  writeFileSync(caFile, createAuthority().certificate);
  expect(tls.current().options.minVersion).toBe("TLSv1.2");
});

interface TlsWorld extends Disposable {
  readonly directory: string;
  readonly notes: readonly string[];
  nowMs: number;
  open(files: TlsFiles): TlsMaterial;
}

function openWorld(): TlsWorld {
  const directory = mkdtempSync(join(tmpdir(), "tutti-tls-"));
  const notes: string[] = [];
  const world: TlsWorld = {
    directory,
    notes,
    nowMs: 0,
    open: (files) => openTls(files, { clock: { monotonicMs: () => world.nowMs }, note: (text) => void notes.push(text) }),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
  return world;
}
