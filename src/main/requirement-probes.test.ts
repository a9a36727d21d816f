import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../base/clock.ts";
import type { CallRequest } from "../model/call.ts";
import { portTable } from "../model/port-table.ts";
import type { Identity } from "../model/access.ts";
import type { RequirementProbes } from "../ports/patterns.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { requirementProbes } from "./requirement-probes.ts";

interface Asking {
  readonly identity?: Identity;
  /** The calls that arrive. */
  readonly calls?: CallRequest[];
}

function probesIn(folder: string, { identity, calls = [] }: Asking = {}): RequirementProbes {
  const never = (): never => {
    throw new Error("nobody asks for this");
  };
  const probes = requirementProbes({
    discovery: { discover: never },
    catalogs: { catalog: never },
    checks: { checks: { asked: { kind: "tool", server: "w", tool: "look", arguments: { n: 1 } } }, handlers: {} },
    machines: { get: never, list: never },
    caller: {
      serves: () => true,
      call: async (request) => {
        calls.push(request);
        return { kind: "succeeded", output: { valid: false, reason: "two are wrong" } };
      },
    },
    clock: systemClock,
    ports: portTable({ mine: 8500 }),
    folder,
  });
  return probes(identity === undefined ? {} : { identity });
}

test("files are looked for below the folder only, also through links", async () => {
  using directory = temporaryDirectory();
  const folder = join(directory.path, "here");
  mkdirSync(join(folder, "docs"), { recursive: true });
  writeFileSync(join(folder, "docs", "a.md"), "");
  writeFileSync(join(directory.path, "secret"), "");
  symlinkSync(join(directory.path, "secret"), join(folder, "out"));
  symlinkSync(directory.path, join(folder, "up"));
  symlinkSync("docs", join(folder, "in"));
  const probes = probesIn(folder);
  const found = async (path: string): Promise<string> => (await probes.fileIsThere(path)).detail;
  expect(await found("docs/a.md")).toBe('"docs/a.md" is a file');
  expect(await found("in/../docs")).toBe('"in/../docs" is a folder');
  expect(await found("in/a.md")).toBe('"in/a.md" is a file');
  expect(await found("docs/b.md")).toBe('"docs/b.md" is not there');
  const outside = [
    "../secret",
    "docs/../../secret",
    join(directory.path, "secret"),
    "out",
    "up/secret",
    "docs/a.md\0",
    "..",
    "in/../../secret",
  ];
  for (const path of outside) {
    expect(await probes.fileIsThere(path)).toEqual({
      passed: false,
      detail: expect.stringMatching(/is not below the folder of the configuration$/),
    });
  }
});

test("a port is free while nobody listens there, and registered when the table has it", async () => {
  const probes = probesIn("/");
  await using listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  expect(await probes.portIsFree(port)).toEqual({ passed: false, detail: `port ${port} is taken by another program` });
  await listener[Symbol.asyncDispose]();
  expect(await probes.portIsFree(port)).toMatchObject({ passed: true });
  expect([probes.portHolder(8500), probes.portHolder(5432), probes.portHolder(8501)]).toEqual(["mine", "postgresql", undefined]);
});

test("a check that is a tool is asked in the name of the caller, and its no is one", async () => {
  const ada: Identity = { tenant: "acme", userId: "ada", roles: [], permissions: [], authMethod: "jwt" };
  const calls: CallRequest[] = [];
  const result = await probesIn("/", { identity: ada, calls }).runCheck("asked", new AbortController().signal);
  expect(result).toMatchObject({ passed: false, detail: "w.look said no: two are wrong" });
  expect(calls).toMatchObject([{ server: "w", tool: "look", input: { n: 1 }, effect: "read", meta: { tenant: "acme" } }]);
});
