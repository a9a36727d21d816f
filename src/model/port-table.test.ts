import { expect, test } from "vitest";
import { allocationOf, alternativesFor, PORT_TABLE, portTable, registeredFor, SERVICES } from "./port-table.ts";
import type { ServiceType } from "./port-table.ts";

test("no port and no service stands in the table twice", () => {
  expect(new Set(PORT_TABLE.map(({ port }) => port)).size).toBe(PORT_TABLE.length);
  expect(new Set(PORT_TABLE.map(({ service }) => service)).size).toBe(PORT_TABLE.length);
});

test("what this project listens for has its documented ports", () => {
  const ports = Object.values(SERVICES).map((service) => registeredFor(service, PORT_TABLE)?.port);
  expect(ports).toEqual([8113, 8080, 8090]);
  expect(PORT_TABLE.filter(({ status }) => status === "active").map(({ port }) => port)).toEqual([8080, 8090, 8113]);
});

test.each<[ServiceType | undefined, number, number, number]>([
  ["web_ui", 8091, 8099, 9],
  ["api", 8008, 8099, 89],
  ["mcp_server", 8118, 8199, 82],
  ["database", 8201, 8999, 798],
  [undefined, 8201, 8999, 798],
])("free ports for %s lie in its range, and are nobody's", (type, first, last, count) => {
  const ports = alternativesFor(type, PORT_TABLE);
  expect([ports[0], ports.at(-1), ports.length]).toEqual([first, last, count]);
  expect(ports.filter((port) => allocationOf(port, PORT_TABLE) !== undefined)).toEqual([]);
});

test("a configuration moves services, and registers those that the table does not know", () => {
  const table = portTable({ influxdb: 18_086, "my-service": 8118 });
  expect(allocationOf(8086, table)).toBeUndefined();
  expect(registeredFor("influxdb", table)).toMatchObject({ port: 18_086, type: "database" });
  expect(allocationOf(8118, table)).toMatchObject({ service: "my-service" });
  expect(alternativesFor("mcp_server", table)[0]).toBe(8119);
  expect(registeredFor("constructor", portTable({}))).toBeUndefined();
});
