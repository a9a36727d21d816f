import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { services } from "../../examples/order-processing/servers/services.ts";
import type { JsonObject } from "../../src/base/json.ts";
import type { ExecutionSignal } from "../../src/engine/person-signal.ts";
import type { CallRequest } from "../../src/model/call.ts";
import type { ExecutionReport, Outcome } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";
import { inRepository } from "../support/built-command.ts";
import { type Ending, live, type Story } from "../support/lives.ts";
import { planOf } from "../support/plan-of.ts";
import { serviceCatalog } from "../support/service-catalog.ts";
import { seededRandom } from "./seeded-random.ts";
import { faultsOf, ORDER, readBooks } from "./shop-books.ts";
import { type Fault, ServiceWorld, type Trouble } from "./service-world.ts";

const WORKFLOW = readFileSync(inRepository("examples/order-processing/process-order.yaml"), "utf8");
const PLANS: Readonly<Record<string, Plan>> = Object.fromEntries(
  ["fail_fast", "allow_partial", "best_effort"].map((policy) => [
    policy,
    planOf(WORKFLOW.replace("error_policy: fail_fast", `error_policy: ${policy}`), serviceCatalog(services)),
  ]),
);
const RUNS = 2_000;

interface Run {
  readonly policy?: string;
  readonly customer?: string;
  readonly order?: JsonObject;
  readonly trouble?: Partial<Trouble>;
  readonly deaths?: readonly number[];
  readonly cancelAfterCalls?: number;
  /** Somebody asks for the same order a second time, at the same time. */
  readonly twice?: boolean;
}

interface Ended {
  readonly ending: Ending;
  readonly faults: readonly string[];
  readonly calls: readonly string[];
}

/** One order from its beginning to its end, until nothing is on its way any more. */
async function order(run: Run): Promise<Ended> {
  using shop = new ServiceWorld(services, { fault: () => "none", delayCalls: () => 1, ...run.trouble });
  const stories = [live(storyOf(run, shop), run.deaths)];
  if (run.twice === true) stories.push(live({ ...storyOf(run, shop), executionId: "e-second" }));
  const [ending, second] = await Promise.all(stories);
  if (ending === undefined) throw new Error("there is at least one story");
  shop.deliverAll();
  const reports = [ending.report, ...(second === undefined ? [] : [second.report])];
  return { ending, faults: faultsOf(reports, readBooks(shop)), calls: shop.calls };
}

function storyOf(
  { policy = "fail_fast", customer = "cust-789", order: items = ORDER, cancelAfterCalls }: Run,
  world: ServiceWorld,
): Story<ServiceWorld> {
  const plan = PLANS[policy];
  if (plan === undefined) throw new Error(`there is no policy ${policy}`);
  const inputs = { ...items, customer_id: customer, total_amount: null };
  const cancel: ExecutionSignal = { type: "cancel" };
  const interrupt = cancelAfterCalls === undefined ? {} : { interrupt: { afterCalls: cancelAfterCalls, signal: cancel } };
  return { plan, inputs, world, person: patientPerson(), ...interrupt };
}

/** A person who can look into the files of the services says what is true of every call in doubt, and in time loses patience. */
function patientPerson(): (report: ExecutionReport, shop: ServiceWorld) => readonly ExecutionSignal[] {
  let patience = 3;
  return (report, shop) => {
    patience -= 1;
    const books = readBooks(shop);
    const output = { payment_id: "pay-1", fulfillment_id: "ful-1", checkout_id: report.executionId };
    return report.steps
      .filter(({ status }) => status === "in_doubt")
      .map(({ id: step }) => {
        const happened = step === "charge_payment" ? books.paid : step === "fulfill_order" ? books.fulfilled : books.messages > 0;
        if (happened) return { type: "resolve", step, verdict: "happened", output };
        return { type: "resolve", step, verdict: patience > 0 ? "not_happened" : "failed" };
      });
  };
}

const TOOLS = Object.values(services).flatMap(({ tools }) => tools.map(({ name }) => name));

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  inventory_check: "validation_failed",
  customer_check: "validation_failed",
  payment_method: "validation_failed",
  process_payment: "failed",
  fulfill_order: "failed_with_rollback",
  send_notification: "partial_success",
};

test.each(["none", ...TOOLS])("when %s fails, nobody has paid for what was not sent, wherever Tutti dies", async (broken) => {
  const fault = (request: CallRequest): Fault => (request.tool === broken ? "tool_error" : "none");
  const whole = await order({ trouble: { fault } });
  expect(whole.ending.report.outcome).toBe(OUTCOMES[broken] ?? "completed");
  expect(whole.faults).toEqual([]);
  for (let point = 0; point < whole.ending.points; point += 1) {
    const { ending, faults } = await order({ trouble: { fault }, deaths: [point] });
    expect(faults, `died at point ${point}`).toEqual([]);
    expect(ending.report.outcome, `died at point ${point}`).toBe(whole.ending.report.outcome);
  }
});

test.each(["twice", "again_later", "late", "lost_after", "error_after"] as const)(
  "when the first attempt of every call arrives %s, an order is completed and paid once",
  async (first) => {
    const fault = ({ attempt, effect }: CallRequest): Fault => (attempt === 1 || (first === "twice" && effect === "once") ? first : "none");
    const { ending, faults } = await order({ trouble: { fault, delayCalls: () => 2 } });
    expect(faults).toEqual([]);
    expect(ending.report.outcome).toBe("completed");
  },
);

test("an order that is asked for twice at once is paid and sent once", async () => {
  for (const fault of ["none", "lost_after", "late"] as const) {
    const { faults } = await order({ twice: true, trouble: { fault: ({ attempt }) => (attempt === 1 ? fault : "none") } });
    expect(faults, `first attempts: ${fault}`).toEqual([]);
  }
});

test("whatever is cancelled at whatever time, nobody has paid for what was not sent", async () => {
  for (const policy of Object.keys(PLANS)) {
    for (let cancelAfterCalls = 0; cancelAfterCalls < 8; cancelAfterCalls += 1) {
      const { faults } = await order({
        policy,
        cancelAfterCalls,
        trouble: { fault: ({ attempt }) => (attempt === 1 ? "lost_after" : "none") },
      });
      expect(faults, `${policy}, cancelled after ${cancelAfterCalls} calls`).toEqual([]);
    }
  }
});

test(`in ${RUNS} random runs nobody has paid for what was not sent, nobody has paid twice, and the books are right`, async () => {
  const first = Number(process.env["ORDER_SEED"] ?? Date.now() % 1_000_000);
  const outcomes = new Map<string, number>();
  for (let seed = first; seed < first + RUNS; seed += 1) {
    const run = randomRun(seededRandom(seed));
    const { ending, faults, calls } = await order(run).catch((error: unknown) => {
      throw new Error(`ORDER_SEED=${seed} ${JSON.stringify(run)}`, { cause: error });
    });
    const { outcome = "none" } = ending.report;
    expect(faults, `ORDER_SEED=${seed} ${JSON.stringify(run)} ${outcome}\n${calls.join("\n")}`).toEqual([]);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  // Else the runs would show nothing.
  for (const outcome of [
    "completed",
    "partial_success",
    "failed",
    "failed_with_rollback",
    "rollback_failed",
    "cancelled",
    "validation_failed",
  ]) {
    expect(outcomes.get(outcome) ?? 0, `from ORDER_SEED=${first}: ${JSON.stringify([...outcomes])}`).toBeGreaterThan(0);
  }
});

const FAULTS: readonly Fault[] = [
  "not_accepted",
  "tool_error",
  "error_before",
  "error_after",
  "lost_before",
  "lost_after",
  "late",
  "twice",
  "again_later",
];

/** How bad the network is, which tool is broken for good, when Tutti dies, when somebody cancels: all by chance. */
function randomRun(random: () => number): Run {
  const chance = (probability: number): boolean => random() < probability;
  const one = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const badness = (one([0, 0.1, 0.3, 0.6]) ?? 0) * random();
  // Neither goods nor money can be given: seldom by chance, and all the more telling.
  const hopeless = chance(0.03);
  const broken = hopeless ? "fulfill_order" : chance(0.5) ? one([...TOOLS, "fulfill_order", "fulfill_order"]) : undefined;
  const alsoBroken = hopeless ? "refund_payment" : chance(0.4) ? one([...TOOLS, "refund_payment", "find_fulfillment"]) : undefined;
  const brokenWith = hopeless ? "tool_error" : (one(FAULTS) ?? "tool_error");
  const order = chance(0.1) ? { ...ORDER, items: [{ sku: one(["ITEM004", "NONE"]) ?? "", quantity: 1 }] } : undefined;
  return {
    policy: chance(0.7) ? "fail_fast" : (one(["allow_partial", "best_effort"]) ?? "allow_partial"),
    customer: chance(0.8) ? "cust-789" : (one(["cust-790", "cust-791", "nobody"]) ?? "cust-790"),
    ...(order === undefined ? {} : { order }),
    deaths: chance(0.6) ? Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() * 50)) : [],
    twice: chance(0.2),
    ...(chance(0.15) ? { cancelAfterCalls: Math.floor(random() * 12) } : {}),
    trouble: {
      fault: ({ tool }) => {
        if (tool === broken || tool === alsoBroken) return brokenWith;
        return chance(badness) ? (one(FAULTS) ?? "none") : "none";
      },
      delayCalls: () => Math.floor(random() * 20),
    },
  };
}

test("the order of these tests fails in its own ways: a card without money, a product that nobody has", async () => {
  expect((await order({ customer: "cust-790" })).ending.report.outcome).toBe("failed");
  const none = await order({ order: { ...ORDER, items: [{ sku: "ITEM004", quantity: 1 }] }, customer: "cust-791" });
  expect(none.ending.report.outcome).toBe("validation_failed");
  expect(none.ending.report.steps.filter(({ status }) => status === "failed").map(({ id }) => id)).toEqual([
    "validate_inventory",
    "validate_customer",
    "validate_payment",
  ]);
});
