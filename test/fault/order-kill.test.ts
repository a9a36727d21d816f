import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Environment, startCommand } from "../support/built-command.ts";
import { cloneOf, type ExampleClone } from "../support/example-clone.ts";
import { seededRandom } from "./seeded-random.ts";
import { type End, faultsOf, ORDER, readBooks } from "./shop-books.ts";

const KILLS_MAX = 4;
const LIVES_MAX = 8;
const CONFIG = ["--config", "examples/order-processing/tutti.yaml"];
const RUN = [
  "run",
  "examples/order-processing/process-order.yaml",
  ...CONFIG,
  "-p",
  `order_id=${ORDER.order_id}`,
  "-p",
  "customer_id=cust-789",
];
const FIRST_SEED = Number(process.env["ORDER_SEED"] ?? Date.now() % 1_000_000);

test.each([
  { broken: "nothing", outcome: "completed" },
  { broken: "fulfill_order", outcome: "failed_with_rollback" },
  { broken: "send_notification", outcome: "partial_success" },
])("an order that is killed with SIGKILL again and again, while $broken fails, is charged once and ends $outcome", async (kind) => {
  const random = seededRandom(FIRST_SEED);
  using shop = cloneOf("order-processing");
  const end = await untilEnded(shop, { FAIL_TOOL: kind.broken }, random);
  const { kills } = end;
  expect(faultsOf([end], booksOf(shop)), `ORDER_SEED=${FIRST_SEED}, killed ${kills} times`).toEqual([]);
  expect(end.outcome, `ORDER_SEED=${FIRST_SEED}, killed ${kills} times`).toBe(kind.outcome);
  expect(kills).toBeGreaterThan(0);
});

interface KilledEnd extends End {
  readonly kills: number;
}

/** Runs the order, kills it after some lines of its output and a moment, and takes it up again, until it has ended. */
async function untilEnded(shop: ExampleClone, environment: Environment, random: () => number): Promise<KilledEnd> {
  let kills = 0;
  for (let life = 0; life < LIVES_MAX; life += 1) {
    const [known] = await executions(shop);
    if (typeof known?.outcome === "string") return { ...(await shown(shop, known.execution_id)), kills };
    const args = known === undefined ? [...RUN, "-p", `items=${JSON.stringify(ORDER.items)}`] : ["executions", "resume", ...CONFIG];
    await using command = startCommand(args, shop.path, environment);
    if (life < KILLS_MAX && (await seen(command, 1 + Math.floor(random() * 9)))) {
      await pause(random() * 60);
      command.process.kill("SIGKILL");
    }
    if ((await command.finished).signal === "SIGKILL") kills += 1;
  }
  throw new Error(`it has not ended in ${LIVES_MAX} lives`);
}

/** Whether the command printed this many lines before it ended. */
async function seen(command: ReturnType<typeof startCommand>, lines: number): Promise<boolean> {
  try {
    await command.printed(new RegExp(`(.*\n){${lines}}`));
    return true;
  } catch {
    return false;
  }
}

interface Listed {
  readonly execution_id: string;
  readonly outcome: string | null;
}

async function executions(shop: ExampleClone): Promise<readonly Listed[]> {
  const { stdout } = await shop.run(["executions", "list", "--json"]);
  return (JSON.parse(stdout) as { readonly executions: readonly Listed[] }).executions;
}

async function shown(shop: ExampleClone, id: string): Promise<End> {
  const { stdout } = await shop.run(["executions", "show", id, "--json"]);
  return JSON.parse(stdout) as End;
}

function booksOf(shop: ExampleClone): ReturnType<typeof readBooks> {
  using files = new DisposableStack();
  return readBooks({
    database: (store) => files.use(new DatabaseSync(join(shop.folder, "out", `${store}.db`), { timeout: 5_000 })),
  });
}
