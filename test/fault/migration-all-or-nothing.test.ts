import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { services } from "../../examples/data-migration/servers/services.ts";
import type { ExecutionSignal } from "../../src/engine/person-signal.ts";
import type { CallRequest } from "../../src/model/call.ts";
import type { ExecutionReport } from "../../src/model/execution.ts";
import { inRepository } from "../support/built-command.ts";
import { type Ending, live } from "../support/lives.ts";
import { planOf } from "../support/plan-of.ts";
import { serviceCatalog } from "../support/service-catalog.ts";
import { seededRandom } from "./seeded-random.ts";
import { type Fault, ServiceWorld, TENANT } from "./service-world.ts";

const PLAN = planOf(readFileSync(inRepository("examples/data-migration/migrate-data.yaml"), "utf8"), serviceCatalog(services));
const RECORDS = 120;
const RUNS = 200;
const TOOLS = Object.values(services).flatMap(({ tools }) => tools.map(({ name }) => name));
/** A migration passes some hundred points; every one of them, over time. */
const STRIDE = 7;

interface Migrated {
  readonly ending: Ending;
  readonly records: number;
}

/** Moves the customers of 2024, and counts them when nothing is on its way any more. */
async function migrate(fault: (request: CallRequest) => Fault, deaths: readonly number[] = []): Promise<Migrated> {
  using world = new ServiceWorld(services, { fault, delayCalls: () => 15 });
  const ending = await live({ plan: PLAN, inputs: { year: 2024, ask: false }, world, person: impatientPerson }, deaths);
  world.deliverAll();
  const row = world.database("target").prepare("SELECT count(*) AS records FROM customers WHERE tenant = ?").get(TENANT);
  return { ending, records: Number(row?.["records"]) };
}

/** Whatever is in doubt has failed. */
function impatientPerson({ steps }: ExecutionReport): readonly ExecutionSignal[] {
  return steps.flatMap(({ items, id: step }) => (items?.inDoubt ?? []).map((item) => ({ type: "resolve", step, item, verdict: "failed" })));
}

function expected({ ending }: Migrated): number {
  const { outcome } = ending.report;
  return outcome === "completed" || outcome === "partial_success" ? RECORDS : 0;
}

test.each(["none", ...TOOLS])("when %s fails, all customers are moved or none, wherever Tutti dies", async (broken) => {
  const fault = ({ tool }: CallRequest): Fault => (tool === broken ? "tool_error" : "none");
  const whole = await migrate(fault);
  expect(whole.records).toBe(expected(whole));
  const first = Date.now() % STRIDE;
  for (let point = first; point < whole.ending.points; point += STRIDE) {
    const migrated = await migrate(fault, [point]);
    expect(migrated.ending.report.outcome, `died at point ${point}`).toBe(whole.ending.report.outcome);
    expect(migrated.records, `died at point ${point}`).toBe(expected(migrated));
  }
});

const FAULTS: readonly Fault[] = [
  "not_accepted",
  "error_before",
  "error_after",
  "lost_before",
  "lost_after",
  "late",
  "twice",
  "again_later",
];

test(`in ${RUNS} random migrations all customers are moved, or none`, async () => {
  const first = Number(process.env["MIGRATION_SEED"] ?? Date.now() % 1_000_000);
  const outcomes = new Map<string, number>();
  for (let seed = first; seed < first + RUNS; seed += 1) {
    const random = seededRandom(seed);
    const badness = random() * 0.4;
    const deaths = random() < 0.5 ? [Math.floor(random() * 200), Math.floor(random() * 100)] : [];
    const migrated = await migrate(() => (random() < badness ? (FAULTS[Math.floor(random() * FAULTS.length)] ?? "none") : "none"), deaths);
    const { outcome = "none" } = migrated.ending.report;
    expect(migrated.records, `MIGRATION_SEED=${seed} ended ${outcome}`).toBe(expected(migrated));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect(outcomes.size, `all ended ${[...outcomes.keys()].join()}`).toBeGreaterThan(1);
});
