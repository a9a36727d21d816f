import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readSealedHeader } from "../kit/sealing/sealed-header.ts";
import { securityWorld } from "../../test/support/security-world.ts";

interface Sealed {
  readonly file: string;
  readonly key_id: string;
  readonly sealed_text: string;
}

test("a file is sealed and opened again, byte for byte, and says where it belongs", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  for (const size of [0, 1, 65_536, 3_000_001]) {
    const content = randomBytes(size);
    world.write("model.onnx", content);
    const sealed = await server.call("encrypt", { file: "model.onnx", path: "/models/model.onnx" });
    expect(sealed).toMatchObject({ file: "model.onnx.sealed", algorithm: "AES-256-GCM", path: "/models/model.onnx" });
    expect(readSealedHeader(world.file("model.onnx.sealed"))).toMatchObject({ tenant: "acme", path: "/models/model.onnx" });
    const opened = { operation: "decrypt", file: "model.onnx.sealed", path: "/models/model.onnx", output_file: "again" };
    expect(await server.call("encrypt", opened)).toMatchObject({ file: "again", bytes: size });
    expect(world.read("again").equals(content)).toBe(true);
  }
  expect(readdirSync(dirname(world.file("x"))).filter((name) => name.includes(".part"))).toEqual([]);
});

test("60 MB are sealed and opened without being in memory", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  world.write("large", Buffer.alloc(60_000_000, 7));
  const { sha256 } = await server.call<{ sha256: string }>("encrypt", { file: "large" });
  expect(sha256).toHaveLength(64);
  expect(await server.call("encrypt", { operation: "decrypt", file: "large.sealed" })).toMatchObject({ file: "large", bytes: 60_000_000 });
});

test("what was changed in any place is not opened, and nothing of it is left", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  world.write("a", "secret words");
  await server.call("encrypt", { file: "a" });
  const sealed = world.read("a.sealed");
  for (let place = 0; place < sealed.length; place += 7) {
    const changed = Buffer.from(sealed);
    changed[place] = (changed[place] ?? 0) ^ 1;
    world.write("changed", changed);
    expect((await server.refusal("encrypt", { operation: "decrypt", file: "changed", output_file: "out" })).length).toBeGreaterThan(10);
  }
  for (const piece of [sealed.subarray(0, -1), Buffer.concat([sealed, Buffer.alloc(1)]), sealed.subarray(0, 40)]) {
    world.write("changed", piece);
    await server.refusal("encrypt", { operation: "decrypt", file: "changed", output_file: "out" });
    await server.refusal("encrypt", { operation: "reseal", file: "changed" });
  }
  expect(existsSync(world.file("out"))).toBe(false);
});

test("after a rotation the new key seals, and the old one still opens", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const seal = async () => await server.call<Sealed>("encrypt", { text: "hello", path: "/a" });
  const before = await seal();
  const rotated = await server.call<Sealed>("encrypt", { operation: "rotate" }, { key: "monday" });
  expect(await server.call("encrypt", { operation: "rotate" }, { key: "monday" })).toMatchObject({ key_id: rotated.key_id });
  const after = await seal();
  expect(after.key_id).toBe(rotated.key_id);
  expect(after.key_id).not.toBe(before.key_id);
  for (const { sealed_text } of [before, after]) {
    expect(await server.call("encrypt", { operation: "decrypt", sealed_text })).toMatchObject({ text: "hello", path: "/a" });
  }
  world.write("old.sealed", Buffer.from(before.sealed_text, "base64url"));
  const resealed = await server.call("encrypt", { operation: "reseal", file: "old.sealed" });
  expect(resealed).toMatchObject({ key_id: after.key_id, previous_key_id: before.key_id, path: "/a" });
  await server.call("encrypt", { operation: "decrypt", file: "old.sealed" });
  expect(world.read("old").toString()).toBe("hello");
});

test("a tenant cannot open what another one has sealed, and keys are in no file in the clear", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const { sealed_text } = await server.call<Sealed>("encrypt", { text: "hello", path: "/a" });
  expect(await server.refusal("encrypt", { operation: "decrypt", sealed_text }, { tenant: "globex" })).toContain("another tenant");
  expect(await server.refusal("encrypt", { operation: "decrypt", sealed_text, path: "/b" })).toContain('belongs to "/a"');
  const folder = dirname(world.database);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, "root.key")).mode & 0o777).toBe(0o600);
});

test("with another root key, or one that others can read, it does not start", async () => {
  using world = securityWorld();
  {
    await using server = await world.hold();
    await server.call("encrypt", { text: "hello", path: "/a" });
  }
  const path = join(dirname(world.database), "root.key");
  const key = readFileSync(path);
  writeFileSync(path, randomBytes(32).toString("hex"));
  await expect(world.hold()).rejects.toThrow("another root key");
  writeFileSync(path, "short");
  await expect(world.hold()).rejects.toThrow("holds no key");
  writeFileSync(path, key);
  chmodSync(path, 0o640);
  await expect(world.hold()).rejects.toThrow("can be read by others");
});
