import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { FakeConnections, readingTool } from "../../test/support/fake-connections.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { SILENT } from "../ports/log.ts";
import { AnnouncedServices } from "./announced-services.ts";

interface World extends AsyncDisposable {
  readonly servers: FakeConnections;
  readonly clock: ManualClock;
  readonly announced: AnnouncedServices;
  /** What was offered after each change. */
  readonly told: readonly string[];
}

function world(...away: readonly string[]): World {
  const servers = new FakeConnections(["packer", "analyser"], [readingTool("t")]);
  for (const server of away) servers.away.add(server);
  const clock = new ManualClock();
  const told: string[] = [];
  const announced = new AnnouncedServices({ servers, clock, log: SILENT, changed: () => void told.push(names(announced)) });
  return { servers, clock, announced, told, [Symbol.asyncDispose]: async () => await announced[Symbol.asyncDispose]() };
}

function names(announced: AnnouncedServices): string {
  return announced
    .services()
    .map(({ name, tools }) => `${name}.${tools.map((tool) => tool.name).join()}`)
    .join(" ");
}

test("the servers of a machine are announced with their tools, by name", async () => {
  await using here = world();
  await here.announced.open();
  expect(names(here.announced)).toBe("analyser.t packer.t");
});

test("a server that cannot be listed is left out, and asked again until it can", async () => {
  await using here = world("packer");
  await here.announced.open();
  expect(names(here.announced)).toBe("analyser.t");
  here.clock.advance(30_000);
  await nextTurn();
  expect(names(here.announced)).toBe("analyser.t");
  here.servers.away.delete("packer");
  here.clock.advance(29_999);
  await nextTurn();
  expect(names(here.announced)).toBe("analyser.t");
  here.clock.advance(1);
  await nextTurn();
  expect(here.told.at(-1)).toBe("analyser.t packer.t");
});

test("a server that says that its tools have changed is listed anew, and one that has gone is not offered any more", async () => {
  await using here = world();
  await here.announced.open();
  here.servers.away.add("analyser");
  here.servers.toolsChanged("analyser");
  await nextTurn();
  expect(here.told.at(-1)).toBe("packer.t");
});

test("when it is closed nothing is asked any more", async () => {
  const here = world("packer");
  await here.announced.open();
  await here[Symbol.asyncDispose]();
  const before = here.told.length;
  here.servers.toolsChanged("analyser");
  here.clock.advance(60_000);
  await nextTurn();
  expect([here.told.length, here.clock.nextMs]).toEqual([before, undefined]);
});
