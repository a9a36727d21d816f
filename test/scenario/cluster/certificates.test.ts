import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { systemClock } from "../../../src/base/clock.ts";
import { openTls, type TlsMaterial } from "../../../src/base/tls-material.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import type { ClusterSettings } from "../../../src/model/serve-settings.ts";
import type { Log } from "../../../src/ports/log.ts";
import { UNWATCHED } from "../../../src/ports/tool-caller.ts";
import { createAuthority, writeCertificate, writePem } from "../../support/certificates.ts";
import { CLUSTER_KEY, openTestCluster, startAgent, untilMachine, wireCall } from "../../support/cluster-rig.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const NEVER = new AbortController().signal;
const carryOut = async (task: { readonly arguments: object }, gate: { sending(): Promise<void> }): Promise<CallOutcome> => {
  await gate.sending();
  return { kind: "succeeded", output: Object.keys(task.arguments) };
};

/** The certificates of a cluster, in a folder. */
interface Certificates extends Disposable {
  readonly hub: NonNullable<ClusterSettings["tls"]>;
  readonly caFile: string;
  /** What a machine with a certificate for these names shows, and whom it believes. */
  machine(...names: readonly string[]): TlsMaterial;
  /** The same, of an authority that nobody knows. */
  stranger(...names: readonly string[]): TlsMaterial;
}

function certificates(): Certificates {
  const directory = temporaryDirectory();
  const [authority, other] = [createAuthority(), createAuthority("Another one")];
  const caFile = writePem(directory.path, "ca.pem", authority.certificate);
  const open = (files: Parameters<typeof openTls>[0]): TlsMaterial => openTls(files, { clock: systemClock, note: () => undefined });
  const shown = (name: string, issuer: typeof authority, names: readonly string[]): TlsMaterial =>
    open({ caFile, ...writeCertificate(directory.path, name, issuer.issue({ names })) });
  return {
    caFile,
    hub: { ...writeCertificate(directory.path, "hub", authority.issue()), caFile },
    machine: (...names) => shown(`machine-${names.join("-")}`, authority, names),
    stranger: (...names) => shown(`stranger-${names.join("-")}`, other, names),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

/** Resolves with the first reason for which an agent could not join. */
function refusals(): { readonly log: Log; readonly first: Promise<string> } {
  const first = Promise.withResolvers<string>();
  const write: Log["write"] = (_, message, fields) => {
    if (message === "the hub cannot be joined") first.resolve(JSON.stringify(fields?.["reason"]));
  };
  return { log: { enabled: () => true, write }, first: first.promise };
}

test("a hub does not listen with files that are no certificates, and says which", async () => {
  using directory = temporaryDirectory();
  const certFile = writePem(directory.path, "hub.pem", "no certificate");
  const settings = { tls: { certFile, keyFile: certFile } };
  await expect(openTestCluster({ settings })).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(certFile) });
});

test("machines are told apart by their certificates alone, and what is sent is encrypted", async () => {
  using certified = certificates();
  await using cluster = await openTestCluster({ settings: { key: undefined as never, tls: certified.hub } });
  expect(cluster.url).toMatch(/^wss:/);
  await using _agent = startAgent(cluster.url, { carryOut, key: undefined, hub: { url: cluster.url, tls: certified.machine("gpu-1") } });
  await untilMachine(cluster, "gpu-1", "online");
  const call = wireCall({ arguments: { text: "x".repeat(3_000_000) } });
  expect(await cluster.machines.call("gpu-1", call, UNWATCHED, NEVER)).toEqual({ kind: "succeeded", output: ["text"] });
});

test.each<[string, (certified: Certificates) => TlsMaterial, string]>([
  ["for another name", (certified) => certified.machine("gpu-2"), "the certificate is not one of"],
  ["of an authority that the hub does not know", (certified) => certified.stranger("gpu-1"), ""],
  ["that there is none of", ({ caFile }) => openTls({ caFile }, { clock: systemClock, note: () => undefined }), ""],
])("a machine with a certificate %s is not let in", async (_, material, words) => {
  using certified = certificates();
  await using cluster = await openTestCluster({ settings: { key: undefined as never, tls: certified.hub } });
  const { log, first } = refusals();
  await using _agent = startAgent(cluster.url, { carryOut, log, key: undefined, hub: { url: cluster.url, tls: material(certified) } });
  expect(await first).toContain(words);
  expect(cluster.machines.list()).toHaveLength(1);
});

test("a machine does not join a hub whose certificate it does not believe", async () => {
  using certified = certificates();
  using others = certificates();
  const { certFile, keyFile } = certified.hub;
  await using cluster = await openTestCluster({ settings: { tls: { certFile, keyFile } } });
  const { log, first } = refusals();
  await using _agent = startAgent(cluster.url, { carryOut, log, hub: { url: cluster.url, tls: others.machine("gpu-1") } });
  expect(await first).toMatch(/certificate|issuer/);
});

test("with a key and certificates of machines, both are asked for", async () => {
  using certified = certificates();
  await using cluster = await openTestCluster({ settings: { tls: certified.hub } });
  const { log, first } = refusals();
  const hub = { url: cluster.url, tls: certified.machine("gpu-1") };
  await using _wrong = startAgent(cluster.url, { carryOut, log, hub, key: `not ${CLUSTER_KEY}` });
  expect(await first).toContain("wrong_key");
  await using _right = startAgent(cluster.url, { carryOut, hub });
  await untilMachine(cluster, "gpu-1", "online");
});

test("a key over TLS needs no certificate of the machine, and nobody gets in without encryption", async () => {
  using certified = certificates();
  const { certFile, keyFile } = certified.hub;
  await using cluster = await openTestCluster({ settings: { tls: { certFile, keyFile } } });
  const material = openTls({ caFile: certified.caFile }, { clock: systemClock, note: () => undefined });
  await using _agent = startAgent(cluster.url, { carryOut, hub: { url: cluster.url, tls: material } });
  await untilMachine(cluster, "gpu-1", "online");
  const plain = new WebSocket(cluster.url.replace("wss:", "ws:"));
  const [error] = (await once(plain, "error")) as [Error];
  expect(error.message).toMatch(/hang up|reset|Parse Error/);
});
