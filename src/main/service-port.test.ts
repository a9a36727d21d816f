import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { isTuttiError, TuttiError } from "../model/errors.ts";
import { PORT_TABLE, portTable } from "../model/port-table.ts";
import type { Config } from "./config.ts";
import { listenPlace, withClusterPlace } from "./listen-place.ts";
import { validateServicePort } from "./service-port.ts";

const ANYBODY = { roles: {}, tenants: {} };
const KEY = { name: "a", sha256: "0", tenant: "t", roles: [], permissions: [] };

const service = "caelum-workflow-orchestration";
const LOOPBACK = "127.0.0.1";
// Other tests of this machine look for free ports too, but not there.
const host = process.platform === "linux" ? "127.0.0.77" : LOOPBACK;

/** Somebody listens there until it is disposed. */
async function listening(port = 0, address = host): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen(port, address);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a port that is free and nobody's, and any port, may be had", async () => {
  const { port } = await freed();
  await expect(validateServicePort({ service, port, host, table: PORT_TABLE })).resolves.toBeUndefined();
  await expect(validateServicePort({ service, port: 0, host, table: PORT_TABLE })).resolves.toBeUndefined();
});

/** A port that was free a moment ago. */
async function freed(): Promise<{ readonly port: number }> {
  await using taken = await listening();
  return { port: taken.port };
}

test.each([
  {
    name: "a port of another service",
    wanted: { service, port: 8086, table: PORT_TABLE },
    message: /^port 8086 is registered for influxdb; caelum-workflow-orchestration has 8113; free and unreserved: 81\d\d$/,
    details: { port: 8086, service, registeredFor: "influxdb", alternative: expect.any(Number) },
  },
  {
    name: "a port that the configuration gives to another service",
    wanted: { service, port: 9999, table: portTable({ mine: 9999 }) },
    message: /^port 9999 is registered for mine;/,
    details: { port: 9999, service, registeredFor: "mine", alternative: expect.any(Number) },
  },
  {
    name: "a service that is not registered",
    wanted: { service: "mine", port: 9999, table: PORT_TABLE },
    message: /^"mine" is not registered in the table of ports: write "ports: { mine: 9999 }" in tutti\.yaml$/,
    details: { port: 9999, service: "mine" },
  },
])("$name is refused", async ({ wanted, message, details }) => {
  const refusal = { code: "port.reserved", message: expect.stringMatching(message), details };
  await expect(validateServicePort({ ...wanted, host })).rejects.toMatchObject(refusal);
});

test("a port at which somebody listens is refused, and the one that is named is free each time", async () => {
  await using taken = await listening();
  const wanted = { service, port: taken.port, host, table: PORT_TABLE };
  const alternativeNow = async (): Promise<number | undefined> => {
    const error: unknown = await validateServicePort(wanted).catch((reason: unknown) => reason);
    return isTuttiError(error, "port.taken") ? error.details.alternative : undefined;
  };
  const first = await alternativeNow();
  expect(first).toBeGreaterThan(8117);
  await using _other = await listening(first);
  expect(await alternativeNow()).toBeGreaterThan(first ?? 0);
});

test("an address that is none of this machine is refused and never taken for free", async () => {
  await expect(validateServicePort({ service, port: 8113, host: "192.0.2.1", table: PORT_TABLE })).rejects.toMatchObject({ code: "usage" });
});

type Places = Parameters<typeof listenPlace>[1];

const CONFIG: Places = { serve: { allowedHosts: [], allowedOrigins: [] }, ports: {}, access: ANYBODY };

function withServe(serve: Partial<Config["serve"]>, rest: Partial<Places> = {}): Places {
  return { ...CONFIG, ...rest, serve: { ...CONFIG.serve, ...serve } };
}

test.each<{ of: "server" | "dashboard" | "cluster"; config: Places; place: { host: string; port: number } }>([
  { of: "server", config: CONFIG, place: { host: LOOPBACK, port: 8113 } },
  { of: "server", config: withServe({ port: 0, host: "::1" }), place: { host: "::1", port: 0 } },
  { of: "server", config: { ...CONFIG, ports: { [service]: 9113 } }, place: { host: LOOPBACK, port: 9113 } },
  { of: "server", config: withServe({ host: "0.0.0.0", insecure: true }), place: { host: "0.0.0.0", port: 8113 } },
  {
    of: "server",
    config: withServe({ host: "0.0.0.0" }, { access: { ...ANYBODY, apiKeys: [KEY] } }),
    place: { host: "0.0.0.0", port: 8113 },
  },
  { of: "dashboard", config: withServe({ dashboardPort: 9000 }), place: { host: LOOPBACK, port: 9000 } },
  { of: "cluster", config: { ...CONFIG, cluster: { taskTypes: {} } }, place: { host: LOOPBACK, port: 8080 } },
  { of: "cluster", config: { ...CONFIG, cluster: { taskTypes: {}, host: "0.0.0.0", port: 9001 } }, place: { host: "0.0.0.0", port: 9001 } },
])("the $of of $config listens at $place", async ({ of, config, place }) => {
  expect(await listenPlace(of, config)).toMatchObject(place);
});

test.each<{ of: "server" | "dashboard" | "cluster"; config: Places; code: string }>([
  { of: "server", config: withServe({ host: "0.0.0.0" }), code: "usage" },
  { of: "server", config: withServe({ host: "::" }), code: "usage" },
  { of: "dashboard", config: withServe({ host: "example.org", dashboardPort: 9000 }), code: "usage" },
  { of: "server", config: withServe({ port: 8090 }), code: "port.reserved" },
  { of: "dashboard", config: withServe({ dashboardPort: 8113 }), code: "port.reserved" },
  { of: "cluster", config: { ...CONFIG, cluster: { taskTypes: {}, port: 5432 } }, code: "port.reserved" },
])("the $of of $config is refused with $code", async ({ of, config, code }) => {
  await expect(listenPlace(of, config)).rejects.toMatchObject({ code });
});

test("a cluster whose port is taken is refused with one that is free", async () => {
  await using taken = await listening(0, LOOPBACK);
  const config = { ...CONFIG, cluster: { taskTypes: {}, port: taken.port } };
  const open = async (): Promise<void> => {
    await using _hub = await listening(taken.port, LOOPBACK).catch(() => {
      throw new TuttiError("port.taken", "as a hub would say", { port: taken.port });
    });
  };
  await expect(withClusterPlace(config, open)).rejects.toMatchObject({ code: "port.taken", details: { alternative: expect.any(Number) } });
  expect(await withClusterPlace(CONFIG, async (cluster) => cluster)).toBeUndefined();
});
