import { expect, test } from "vitest";
import { NO_SETTINGS } from "../model/server-settings.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import { clientMessage } from "./local-protocol.ts";

function hello(settings: unknown): unknown {
  return { type: "hello", token: "t", surroundings: { servers: [], access: { roles: {}, tenants: {} }, settings, secrets: {} } };
}

const ALL: ServerSettings = {
  tls: { caFile: "/ca.pem", certFile: "/me.pem", keyFile: "/me.key" },
  sharedResources: { licences: 2 },
  clientRate: { count: 100, perMs: 60_000 },
  demands: ["authenticated", "encrypted", "audited"],
};

test.each([[NO_SETTINGS], [ALL]])("what holds for all servers of a process reaches the owner as it is: %j", (settings) => {
  expect(clientMessage.parse(JSON.parse(JSON.stringify(hello(settings))))).toEqual(hello(settings));
});

test.each([
  [{ ...ALL, demands: ["obeyed"] }],
  [{ ...ALL, clientRate: { count: 0, perMs: 1 } }],
  [{ ...ALL, tls: { ca: "/ca.pem" } }],
  [{ sharedResources: {} }],
])("settings that the owner does not know are refused: %j", (settings) => {
  expect(clientMessage.safeParse(hello(settings)).success).toBe(false);
});
