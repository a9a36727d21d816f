import { expect, test } from "vitest";
import { publicAddress } from "./public-address.ts";

test.each([
  [["serve", "--root", "/data"], "npx serve --root /data"],
  [["--api-key=abc", "--token", "abc", "-v"], "npx --api-key=*** --token *** -v"],
  [["DB_PASSWORD=abc", "password"], "npx DB_PASSWORD=*** password"],
])("of a command with %j people see %j", (args, address) => {
  expect(publicAddress({ kind: "stdio", command: "npx", args, env: { KEY: "abc" } })).toBe(address);
});

test.each([
  ["https://me:abc@host.example:8443/mcp?key=abc#abc", "https://host.example:8443/mcp"],
  ["wss://host.example/ws", "wss://host.example/ws"],
  ["host.example?key=abc", "an address that is none"],
])("of %j people see %j", (url, address) => {
  expect(publicAddress({ kind: url.startsWith("ws") ? "websocket" : "http", url, headers: { authorization: "abc" } })).toBe(address);
});
