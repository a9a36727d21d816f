import { describe, expect, test } from "vitest";
import { insecureReason, isLocalAddress } from "./local-address.ts";

describe("isLocalAddress", () => {
  test.each([
    "http://localhost:8001/mcp",
    "http://LOCALHOST/mcp",
    "ws://127.0.0.1:9090",
    "ws://127.200.3.4/mcp",
    "http://127.1/",
    "http://0x7f000001/",
    "http://[::1]:80/",
  ])("%s is this machine", (url) => {
    expect(isLocalAddress(url)).toBe(true);
  });

  test.each([
    "http://localhost.example.org/",
    "http://127.0.0.1.example.org/",
    "http://127.0.0.1@example.org/",
    "ws://example.org/?at=localhost",
    "http://128.0.0.1/",
    "http://10.0.0.1/",
    "http://0.0.0.0:8000/",
    "http://[::2]/",
    "http://[::ffff:10.0.0.1]/",
    "not an address",
  ])("%s is not", (url) => {
    expect(isLocalAddress(url)).toBe(false);
  });
});

describe("insecureReason", () => {
  test("what leaves the machine in the clear is refused with what would be right, and without the secrets in its address", () => {
    expect(insecureReason({ kind: "http", url: "http://me:password@mail:8080/mcp?key=secret", headers: {} })).toBe(
      'http:// leaves this machine unencrypted (mail:8080/mcp): use https://, or say "insecure: true" where the network is trusted',
    );
    expect(insecureReason({ kind: "websocket", url: "ws://analytics:9090/mcp", headers: {} })).toContain("use wss://");
  });

  test.each([
    ["TLS", { kind: "http", url: "https://mail/mcp", headers: {} }],
    ["TLS", { kind: "websocket", url: "wss://mail/mcp", headers: {} }],
    ["this machine", { kind: "websocket", url: "ws://127.0.0.1/mcp", headers: {} }],
    ["whoever says that the network is trusted", { kind: "http", url: "http://mail/mcp", headers: {}, insecure: true }],
    ["a pipe", { kind: "stdio", command: "node", args: [], env: {} }],
  ] as const)("%s is not refused", (_, connection) => {
    expect(insecureReason(connection)).toBeUndefined();
  });
});
