import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { expect, test } from "vitest";
import { openWorld } from "../../examples/bi-dashboard/world.ts";
import { inRepository, runCommand, startCommand } from "../support/built-command.ts";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Order {
  readonly user_id: number;
  readonly product_id: number;
  readonly total_cents: number;
  readonly status: string;
  readonly ordered_at: string;
}

interface Output {
  readonly figures: Readonly<Record<string, number>>;
  readonly months: readonly { readonly month: string; readonly cents: number; readonly orders: number; readonly customers: number }[];
  readonly categories: readonly { readonly category: string; readonly cents: number }[];
  readonly countries: readonly { readonly country: string; readonly cents: number }[];
  readonly html: string;
  readonly distribution: { readonly output: { readonly letters: readonly { readonly status: string }[] } };
}

interface Report {
  readonly execution_id: string;
  readonly outcome: string;
  readonly output: Output;
  readonly steps: readonly { readonly id: string; readonly status: string }[];
}

/** The example in folders of its own, with its mail server. */
async function opened(out: string) {
  mkdirSync(out, { recursive: true });
  const { environment, [Symbol.asyncDispose]: close } = await openWorld({ out });
  const common = ["--config", inRepository("examples/bi-dashboard/mcp.json"), "--data-dir", join(out, "journal")];
  const root = inRepository(".");
  const run = ["run", inRepository("examples/bi-dashboard/dashboard.yaml"), ...common];
  return {
    run,
    begin: (args: readonly string[]) => startCommand(args, root, environment),
    tutti: async (args: readonly string[]) => await runCommand([...args, ...common], root, environment),
    [Symbol.asyncDispose]: close,
    letters: async () => {
      const files = readdirSync(join(out, "mail")).map((name) => readFileSync(join(out, "mail", name)));
      return await Promise.all(files.map(async (letter) => await PostalMime.parse(letter)));
    },
  };
}

test("the report has the figures that the rows of the tables add up to, and an address that does not work keeps nobody else from getting it", async () => {
  using folder = temporaryDirectory();
  await using example = await opened(folder.path);
  const recipients = 'recipients=["board@example.com","gone@nowhere.example"]';
  const { stdout, stderr, exitCode } = await example.tutti([
    "run",
    inRepository("examples/bi-dashboard/dashboard.yaml"),
    "-p",
    recipients,
    "--json",
  ]);
  expect({ exitCode, stderr: exitCode === 2 ? "" : stderr }).toEqual({ exitCode: 2, stderr: "" });
  const { outcome, output } = JSON.parse(stdout) as Report;
  expect(outcome).toBe("partial_success");

  await using database = await start("database", { STATE_DIR: join(folder.path, "state", "database") });
  const rows = async <Row>(query: string): Promise<readonly Row[]> =>
    (await database.call<{ rows: Row[] }>("execute_query", { query, max_rows: 5_000 }, { tenant: "default" })).rows;
  const all = await rows<Order>("SELECT * FROM orders");
  const kept = all.filter(({ status }) => status !== "cancelled" && status !== "refunded");
  const cents = sum(kept);
  const byMonth = Map.groupBy(kept, ({ ordered_at: at }) => at.slice(0, 7));
  const months = [...byMonth.keys()].sort();
  const growth = sum(byMonth.get(months.at(-1) ?? "")) / sum(byMonth.get(months[0] ?? "")) - 1;
  const sizes = kept.map((order) => order.total_cents).sort((one, other) => one - other);
  expect(months).toHaveLength(12);
  expect(output.figures).toMatchObject({
    revenue: cents / 100,
    orders: kept.length,
    order_value: Math.round(cents / kept.length) / 100,
    growth: Math.round(growth * 1_000) / 10,
    customers: new Set(kept.map((order) => order.user_id)).size,
    lost: Math.round((1 - kept.length / all.length) * 1_000) / 10,
    median: Math.round(((sizes[Math.floor((sizes.length - 1) / 2)] ?? 0) + (sizes[Math.ceil((sizes.length - 1) / 2)] ?? 0)) / 2) / 100,
  });
  expect(output.months.map((row) => [row.month, row.cents, row.orders])).toEqual(
    months.map((month) => [month, sum(byMonth.get(month)), byMonth.get(month)?.length]),
  );
  const categories = new Map(
    (await rows<{ id: number; category: string }>("SELECT id, category FROM products")).map(({ id, category }) => [id, category]),
  );
  const byCategory = Map.groupBy(kept, (order) => categories.get(order.product_id));
  expect(new Map(output.categories.map((row) => [row.category, row.cents]))).toEqual(sums(byCategory));
  const countries = new Map(
    (await rows<{ id: number; country: string }>("SELECT id, country FROM users")).map(({ id, country }) => [id, country]),
  );
  const byCountry = Map.groupBy(kept, (order) => countries.get(order.user_id));
  expect(new Map(output.countries.map((row) => [row.country, row.cents]))).toEqual(sums(byCountry));

  expect(output.html).toContain(Math.round(cents / 100).toLocaleString("en-US"));
  expect(output.html.match(/<svg/g)).toHaveLength(6);
  expect(output.distribution.output.letters.map(({ status }) => status)).toEqual(["sent", "failed"]);
  const letters = await example.letters();
  expect(letters.map(({ to }) => to?.map(({ address }) => address))).toEqual([["board@example.com"]]);
  expect(letters[0]?.html).toContain(Math.round(cents / 100).toLocaleString("en-US"));
});

test("after a kill while the report is mailed, it is mailed to its end, and nobody gets two letters", async () => {
  using folder = temporaryDirectory();
  await using example = await opened(folder.path);
  {
    await using running = example.begin(example.run);
    await running.printed(/▶ distribute/);
    running.process.kill("SIGKILL");
    await running.finished;
  }
  const resumed = await example.tutti(["executions", "resume"]);
  expect({ exitCode: resumed.exitCode, stderr: resumed.exitCode === 0 ? "" : resumed.stderr + resumed.stdout }).toEqual({
    exitCode: 0,
    stderr: "",
  });
  const letters = await example.letters();
  // A mail server that has taken a letter whose sender dies before hearing of it gets it once more, as the same letter.
  const different = new Map(letters.map(({ messageId, to }) => [messageId, to?.[0]?.address]));
  expect(different.size).toBe(3);
  expect(new Set(different.values())).toEqual(new Set(["board@example.com", "sales@example.com", "warehouse@example.com"]));
});

test("a report that somebody refuses is not mailed", async () => {
  using folder = temporaryDirectory();
  await using example = await opened(folder.path);
  const asked = await example.tutti(["run", inRepository("examples/bi-dashboard/dashboard.yaml"), "-p", "ask=true", "--json"]);
  expect({ exitCode: asked.exitCode, stderr: asked.exitCode === 3 ? "" : asked.stderr }).toEqual({ exitCode: 3, stderr: "" });
  const { execution_id: id } = JSON.parse(asked.stdout) as Report;
  await example.tutti(["executions", "approve", id, "sign_off", "--refuse", "--by", "ada"]);
  const { exitCode, stdout } = await example.tutti(["executions", "resume", id, "--json"]);
  expect(exitCode).toBe(1);
  const [report] = JSON.parse(stdout) as readonly Report[];
  expect(report?.outcome).toBe("failed");
  expect(report?.steps.find((step) => step.id === "distribute")?.status).toMatch(/skipped|cancelled/);
  expect(await example.letters()).toEqual([]);
});

function sum(orders: readonly Order[] = []): number {
  return orders.reduce((total, order) => total + order.total_cents, 0);
}

function sums(groups: ReadonlyMap<string | undefined, readonly Order[]>): ReadonlyMap<string | undefined, number> {
  return new Map([...groups].map(([name, orders]) => [name, sum(orders)]));
}
