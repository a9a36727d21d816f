import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSecrets } from "./secrets.ts";

function secretsFile(name: string, text: string, mode: number): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "tutti-secrets-"));
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const silent = { warn: () => undefined };

test("only variables with the prefix are secrets", async () => {
  const secrets = openSecrets({ environment: { TUTTI_SECRET_KEY: "yes", HOME: "no", KEY: "no" }, ...silent });
  expect(await secrets.get("KEY")).toBe("yes");
  expect(await secrets.get("HOME")).toBeUndefined();
});

test.each([
  ["keys.env", '# mine\nKEY="from file"\nOTHER=2\n'],
  ["keys.yaml", "KEY: from file\nOTHER: 2\nnested: { a: 1 }\n"],
  ["keys.json", '{"KEY": "from file", "OTHER": 2}'],
])("%s gives what the environment does not", async (name, text) => {
  using file = secretsFile(name, text, 0o600);
  const secrets = openSecrets({ environment: { TUTTI_SECRET_OTHER: "env" }, file: file.path, ...silent });
  expect(await secrets.get("KEY")).toBe("from file");
  expect(await secrets.get("OTHER")).toBe("env");
  expect(await secrets.get("nested")).toBeUndefined();
  expect(await secrets.get("toString")).toBeUndefined();
});

test("a file that others can read is told once", async () => {
  using file = secretsFile("keys.env", "KEY=x\n", 0o644);
  const warnings: string[] = [];
  const secrets = openSecrets({ environment: {}, file: file.path, warn: (message) => warnings.push(message) });
  await secrets.get("KEY");
  await secrets.get("KEY");
  expect(warnings).toEqual([`the secrets file ${file.path} can be read by other users - "chmod 600 ${file.path}" keeps it to yourself`]);
});

test("a file that is not there holds no secrets, and that is told", async () => {
  const warnings: string[] = [];
  const secrets = openSecrets({ environment: {}, file: "/no/such.env", warn: (message) => warnings.push(message) });
  expect(await secrets.get("KEY")).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining("cannot read the secrets file /no/such.env: ENOENT")]);
});
