import { expect, test } from "vitest";
import { checkHubUrl } from "./check-hub-url.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const WITH_KEY = { key: KEY, certified: false, insecure: false };

test.each(["ws://127.0.0.1:8080", "ws://localhost:8080/", "ws://[::1]:8080", "wss://hub.example.org", "wss://10.0.0.1:8080"])(
  "%s can be joined with the key",
  (url) => {
    expect(() => checkHubUrl(url, WITH_KEY)).not.toThrow();
  },
);

test.each([
  "http://127.0.0.1:8080",
  "127.0.0.1:8080",
  "",
  "ws://127.0.0.1/cluster",
  "ws://127.0.0.1/?x",
  "ws://ada@127.0.0.1",
  "ws://127.0.0.1/#x",
])("%j is no address of a hub", (url) => {
  expect(() => checkHubUrl(url, WITH_KEY)).toThrow("--join takes the address of a hub, such as ws://127.0.0.1:8080");
});

test("what would leave this machine unencrypted is refused, unless the network is said to be trusted", () => {
  expect(() => checkHubUrl("ws://10.0.0.1:8080", WITH_KEY)).toThrow("use wss://, or --insecure where the network is trusted");
  expect(() => checkHubUrl("ws://10.0.0.1:8080", { ...WITH_KEY, insecure: true })).not.toThrow();
});

test("without a key only certificates tell who joins, and they need encryption", () => {
  const certified = { key: undefined, certified: true, insecure: false };
  expect(() => checkHubUrl("wss://hub.example.org", certified)).not.toThrow();
  expect(() => checkHubUrl("ws://127.0.0.1:8080", certified)).toThrow("set cluster.key in tutti.yaml to the key of the cluster");
  expect(() => checkHubUrl("wss://hub.example.org", { ...certified, certified: false })).toThrow(
    "or cluster.tls to a certificate of this machine",
  );
});
