import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAuthority, writeCertificate } from "../../test/support/certificates.ts";
import { folderWith } from "../../test/support/config-folder.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { loadConfig } from "./config.ts";
import { examineConfig } from "./examine-config.ts";

const clock = new ManualClock();
const DAY_MS = 86_400_000;

/** What is said of the `tutti.yaml` in a folder about one area, in a line each. */
async function told(folder: string, area: string): Promise<readonly string[]> {
  const config = loadConfig({ workingDirectory: folder, environment: {} });
  const diagnoses = await examineConfig(config, { environment: {}, clock });
  return diagnoses.filter((diagnosis) => diagnosis.area === area).map(({ status, message }) => `${status}: ${message}`);
}

function day(days: number): string {
  return new Date(clock.nowMs() + days * DAY_MS).toISOString().slice(0, 10);
}

test.each([
  { days: 100, status: "ok", verb: "ends" },
  { days: 10, status: "warn", verb: "ends" },
  { days: -1, status: "bad", verb: "ended" },
])("a certificate and an API key whose end is $days days away are $status", async ({ days, status, verb }) => {
  using folder = folderWith({
    "tutti.yaml": `serve: { tls: { cert: a.pem, key: a.key } }\napi_keys: [{ name: ci, tenant: t, sha256: ${"a".repeat(64)}, expires: ${day(days)} }]\n`,
  });
  const until = new Date(clock.nowMs() + days * DAY_MS);
  const { certFile, keyFile } = writeCertificate(folder.path, "a", createAuthority().issue({ until, from: new Date(0) }));
  chmodSync(keyFile, 0o600);
  expect(await told(folder.path, "certificates")).toEqual([`${status}: the certificate ${certFile} ${verb} on ${day(days)}`]);
  expect(await told(folder.path, "access")).toEqual([`${status}: the API key ci ${verb} on ${day(days)}`]);
});

test("a certificate that is none, or has another key, is bad, and a key that others can read is strange", async () => {
  using folder = folderWith({
    "tutti.yaml": "serve: { tls: { cert: a.pem, key: b.key } }\ntls: { cert: none.pem, key: b.key }\n",
    "none.pem": "x",
  });
  const authority = createAuthority();
  const { certFile } = writeCertificate(folder.path, "a", authority.issue());
  const { keyFile } = writeCertificate(folder.path, "b", authority.issue());
  chmodSync(keyFile, 0o644);
  expect(await told(folder.path, "certificates")).toEqual([
    `bad: the certificate ${certFile} is of no use: ${keyFile} is the key of another one`,
    `warn: ${keyFile} can be read by other users`,
    expect.stringContaining(`bad: the certificate ${join(folder.path, "none.pem")} is of no use: `),
    `warn: ${keyFile} can be read by other users`,
  ]);
});

test("the keys of an issuer are looked for where they are", async () => {
  const server = createServer((request, response) => response.end(request.url === "/good" ? '{"keys": [{}, {}]}' : "{}"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  using folder = folderWith({ "keys.json": '{"keys": [{}]}' });
  const toldOf = async (jwks: string): Promise<readonly string[]> => {
    writeFileSync(join(folder.path, "tutti.yaml"), `identity: { issuer: me, audience: it, jwks: ${JSON.stringify(jwks)} }\n`);
    return await told(folder.path, "access");
  };
  expect(await toldOf("keys.json")).toEqual([`ok: 1 key of me at ${join(folder.path, "keys.json")}`]);
  expect(await toldOf(`${url}/good`)).toEqual([`ok: 2 keys of me at ${url}/good`]);
  expect(await toldOf(`${url}/empty`)).toEqual([`bad: the keys of me cannot be read from ${url}/empty: there are no keys in it`]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await toldOf(`${url}/gone`)).toEqual([expect.stringMatching(/^bad: the keys of me cannot be read from .*\/gone: fetch failed/)]);
});

test("checks, patterns, secrets and workflows that are there are not spoken of", async () => {
  using folder = folderWith({
    "tutti.yaml": `
checks: { a: { command: ${JSON.stringify(process.execPath)} }, b: { command: ./run }, c: { tool: a.b } }
pattern_dir: patterns
operations: { a: a.yaml }
secrets: { file: secrets.env }
`,
    "a.yaml": 'id: a\nsteps:\n  - { id: x, tool: a.b, with: { c: "${{ secrets.WORD }}" } }\n',
    "secrets.env": "WORD=w\n",
    "patterns/a.yaml": "",
    run: "",
  });
  chmodSync(join(folder.path, "run"), 0o755);
  chmodSync(join(folder.path, "secrets.env"), 0o600);
  const areas = ["checks", "patterns", "secrets", "workflows"];
  expect(await Promise.all(areas.map(async (area) => await told(folder.path, area)))).toEqual([[], [], [], []]);
  chmodSync(join(folder.path, "secrets.env"), 0o644);
  chmodSync(join(folder.path, "run"), 0o644);
  writeFileSync(join(folder.path, "a.yaml"), "id: a\nnope: 1\nsteps: []\n");
  expect(await Promise.all(areas.map(async (area) => await told(folder.path, area)))).toEqual([
    [`bad: the check b starts ${join(folder.path, "run")}, which is not there or cannot be started`],
    [],
    [expect.stringContaining("warn: the secrets file")],
    [`bad: ${join(folder.path, "a.yaml")} of the operation a has 1 mistake`],
  ]);
});
