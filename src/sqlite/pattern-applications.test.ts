import { expect, test } from "vitest";
import type { PatternApplication } from "../model/pattern.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { patternApplications } from "./pattern-applications.ts";
import { Records } from "./records.ts";

function application(id: string, more: Partial<PatternApplication> = {}): PatternApplication {
  return {
    applicationId: id,
    patternName: "p",
    patternVersion: "1",
    targetComponent: "db",
    status: "pending",
    appliedAtMs: 1,
    appliedBy: "ada",
    parameters: { deep: { "${{ x }}": [1, null] } },
    nextSteps: ["one"],
    ...more,
  };
}

test("what was kept is there after a restart, as it was changed last", async () => {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  {
    using records = new Records({ directory: directory.path, clock });
    const applications = patternApplications(records);
    const told: string[] = [];
    using _listening = applications.onChange(({ applicationId, status }) => told.push(`${applicationId} ${status}`));
    expect(await applications.create(application("a"))).toMatchObject({ created: true });
    expect(await applications.create(application("a", { appliedBy: "eve" }))).toEqual({ created: false, application: application("a") });
    await applications.update("a", (kept) => ({ ...kept, status: "applying" }));
    expect(await applications.update("none", (kept) => kept)).toBeUndefined();
    expect(told).toEqual(["a pending", "a applying"]);
  }
  using records = new Records({ directory: directory.path, clock });
  expect(patternApplications(records).get("a", undefined)).toEqual(application("a", { status: "applying" }));
});

test("lists are newest first, by page, of one tenant, pattern and component", async () => {
  using directory = temporaryDirectory();
  using records = new Records({ directory: directory.path, clock: new ManualClock() });
  const applications = patternApplications(records);
  for (const [id, more] of [
    ["1", { tenant: "acme" }],
    ["2", { tenant: "globex" }],
    ["3", { tenant: "acme", patternName: "q" }],
    ["4", {}],
    ["5", { tenant: "acme", targetComponent: "net" }],
  ] as const) {
    await applications.create(application(id, more));
  }
  const ids = (query: Parameters<typeof applications.list>[0]): readonly string[] =>
    applications.list(query).applications.map(({ applicationId }) => applicationId);
  expect(ids({ limit: 10 })).toEqual(["5", "4", "3", "2", "1"]);
  expect(ids({ limit: 10, tenant: "acme" })).toEqual(["5", "3", "1"]);
  expect(ids({ limit: 10, tenant: "" })).toEqual(["4"]);
  expect(ids({ limit: 10, tenant: "acme", patternName: "p", targetComponent: "db" })).toEqual(["1"]);
  const first = applications.list({ limit: 2, tenant: "acme" });
  expect(first.nextCursor).toBe("3");
  expect(applications.list({ limit: 2, tenant: "acme", cursor: "3" })).toMatchObject({ applications: [{ applicationId: "1" }] });
  expect(() => applications.list({ limit: 2, tenant: "globex", cursor: "3" })).toThrow('the cursor "3" is not one that a list has given');
  expect([applications.get("2", "acme"), applications.get("2", "globex")?.applicationId]).toEqual([undefined, "2"]);
  expect([applications.find("", "acme"), applications.find("4", undefined), applications.find("%", undefined)]).toEqual([
    ["1", "3", "5"],
    ["4"],
    [],
  ]);
});
