import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { authorizingServer } from "../../support/authorizing-server.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld } from "../../support/command-world.ts";

function configure(world: CommandWorld, url: string, oauth: unknown = true): void {
  world.write("tutti.yaml", `servers:\n  guarded: { url: "${url}", oauth: ${JSON.stringify(oauth)} }\n`);
}

/** Logs in as somebody does who has a browser. */
async function logIn(world: CommandWorld): Promise<number | null> {
  await using command = world.start("servers", "login", "guarded");
  const [page] = await command.printed(/http:\/\/\S+(?=\n)/, "stderr");
  expect(await (await fetch(page)).text()).toContain("go back to the terminal");
  return (await command.finished).exitCode;
}

test("whoever has logged in once is known from then on, and when what was granted has expired it is renewed without asking", async () => {
  await using server = await authorizingServer();
  using world = commandWorld();
  configure(world, server.url);
  const before = await world.run("call", "guarded.greet");
  expect(before).toMatchObject({ exitCode: 69 });
  expect(before.stderr).toContain("tutti servers login guarded");

  expect(await logIn(world)).toBe(0);
  expect(server.granted()).toEqual({ logins: 1, refreshes: 0 });
  expect((await world.run("call", "guarded.greet")).stdout).toContain("welcome");

  server.expire();
  expect((await world.run("call", "guarded.greet")).stdout).toContain("welcome");
  expect(server.granted()).toEqual({ logins: 1, refreshes: 1 });
  expect(server.registered()).toBe(1);
});

test("commands that renew a login at the same time do it in turn, because a refresh token that comes twice ends it for all", async () => {
  await using server = await authorizingServer();
  using world = commandWorld();
  configure(world, server.url);
  expect(await logIn(world)).toBe(0);
  for (let round = 0; round < 3; round += 1) {
    server.expire();
    const ended = await Promise.all([1, 2, 3].map(async () => await world.run("call", "guarded.greet")));
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  }
});

test("a login can be read by its user alone, and goes to no other address than that at which it was made", async () => {
  await using server = await authorizingServer();
  await using other = await authorizingServer();
  using world = commandWorld();
  configure(world, server.url);
  expect(await logIn(world)).toBe(0);
  const folder = join(world.path, ".tutti", "logins");
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["guarded.json"]);

  const kept = JSON.parse(readFileSync(join(folder, "guarded.json"), "utf8")) as { tokens: { access_token: string } };
  configure(world, other.url);
  const elsewhere = await world.run("call", "guarded.greet");
  expect(elsewhere.exitCode).toBe(69);
  expect(elsewhere.stderr).not.toContain(kept.tokens.access_token);
});

test.each([
  ["by whom it is shown", { error: "access_denied", error_description: "not you" }, "the login was refused: not you"],
  ["because it is somebody else's", { code: "x", state: "guessed" }, "it has another state"],
  ["by the authorization server", { code: "spoiled" }, "the login could not be finished: "],
])("a login that is refused %s has failed, and nobody is asked a second time", async (_, spoiled, words) => {
  await using server = await authorizingServer();
  using world = commandWorld();
  configure(world, server.url);
  await using command = world.start("servers", "login", "guarded");
  const [page] = await command.printed(/http:\/\/\S+(?=\n)/, "stderr");
  const back = new URL((await fetch(page, { redirect: "manual" })).headers.get("location") ?? "");
  for (const [name, value] of Object.entries(spoiled)) back.searchParams.set(name, value);
  await fetch(back);
  const ended = await command.finished;
  expect(ended.exitCode).toBe(69);
  expect(ended.stderr).toContain(words);
  expect(ended.stderr.match(/come back/g)).toHaveLength(1);
});

test("whatever else comes to the port where a login comes back does not disturb it", async () => {
  await using server = await authorizingServer();
  using world = commandWorld();
  configure(world, server.url, { scopes: ["read", "admin"] });
  await using command = world.start("servers", "login", "guarded");
  const [page] = await command.printed(/http:\/\/\S+(?=\n)/, "stderr");
  expect(new URL(page).searchParams.get("scope")).toBe("read admin");
  const back = new URL((await fetch(page, { redirect: "manual" })).headers.get("location") ?? "");
  for (const path of ["//", "/callback", "/callback/?code=x", "/x?code=x"]) {
    const stray = request({ host: back.hostname, port: back.port, path }).end();
    const [answer] = (await once(stray, "response")) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(404);
  }
  await fetch(back);
  expect((await command.finished).exitCode).toBe(0);
});

test("a login that is forgotten is needed again", async () => {
  await using server = await authorizingServer();
  using world = commandWorld();
  configure(world, server.url);
  expect(await logIn(world)).toBe(0);
  expect((await world.run("servers", "logout", "guarded")).exitCode).toBe(0);
  expect((await world.run("call", "guarded.greet")).exitCode).toBe(69);
});

test.each([
  ["a server that nobody logs in to", "echo", 64, "oauth: true"],
  ["a server that there is not", "nobody", 66, "nobody"],
])("%s is said to be that", async (_, name, exitCode, words) => {
  using world = commandWorld({ echo: "echo.ts" });
  const ended = await world.run("servers", "login", name);
  expect(ended).toMatchObject({ exitCode });
  expect(ended.stderr).toContain(words);
});

test("all that is wrong with how a server is logged in to is said at once", async () => {
  using world = commandWorld();
  configure(world, "https://example.com/mcp", { grant: "client_credentials", client_secret: "s" });
  const ended = await world.run("servers", "list");
  expect(ended.exitCode).toBe(65);
  expect(ended.stderr).toContain('"client_id" is missing');
  expect(ended.stderr).toContain('needs the "issuer"');
});
