import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { afterRun } from "../../examples/api-integration/after-run.ts";
import { openWorld } from "../../examples/api-integration/world.ts";
import { inRepository, runCommand } from "../support/built-command.ts";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Row {
  readonly office: string;
  readonly temperature: number;
  readonly rate: number | null;
  readonly rate_live: boolean;
}

interface Report {
  readonly outcome: string;
  readonly output: {
    readonly offices: readonly Row[] | null;
    readonly missing: readonly string[];
    readonly services: readonly { readonly name: string; readonly answered: number; readonly attempts: number; readonly breaker: string }[];
    readonly tracking: { readonly performance_score: number } | null;
    readonly html: string | null;
  };
}

interface Ran extends Report {
  readonly exitCode: number | null;
  /** Everything that was printed. */
  readonly printed: string;
  /** What came at the services in this run. */
  readonly requests: readonly string[];
}

/** The example in a folder of its own, once. */
async function run(
  out: string,
  how: { readonly down?: string; readonly inputs?: readonly string[]; readonly environment?: Record<string, string> } = {},
): Promise<Ran> {
  mkdirSync(out, { recursive: true });
  await using world = await openWorld({ out, args: how.down === undefined ? [] : ["--down", how.down] });
  const before = requestsIn(out).length;
  const config = ["--config", inRepository("examples/api-integration/mcp.json"), "--data-dir", join(out, "journal")];
  const inputs = (how.inputs ?? []).flatMap((input) => ["-p", input]);
  const args = ["run", inRepository("examples/api-integration/integration.yaml"), ...config, ...inputs, "--json"];
  const { stdout, stderr, exitCode } = await runCommand(args, inRepository("."), { ...world.environment, ...how.environment });
  return { ...(JSON.parse(stdout) as Report), exitCode, printed: stdout + stderr, requests: requestsIn(out).slice(before) };
}

function requestsIn(out: string): readonly string[] {
  try {
    return readFileSync(join(out, "requests.log"), "utf8").trim().split("\n");
  } catch {
    // Nothing has come yet.
    return [];
  }
}

const offices = (...list: readonly (readonly [office: string, address: string, currency: string])[]): string =>
  `offices=${JSON.stringify(list.map(([office, address, currency]) => ({ office, address, currency })))}`;

test(
  "services that fail now and then are asked again, and everything that they say is stored, reported and tracked; without one of them, what was kept stands in",
  { timeout: 120_000 },
  async () => {
    using folder = temporaryDirectory();
    const { outcome, output, exitCode } = await run(folder.path);
    expect({ outcome, exitCode }).toEqual({ outcome: "completed", exitCode: 0 });
    expect(output.services).toMatchObject([
      { name: "geocoding", answered: 6, breaker: "closed" },
      { name: "weather", answered: 6, breaker: "closed" },
      { name: "currency", answered: 5, breaker: "closed" },
    ]);
    // One more for what went wrong, or more on a machine that is slow itself.
    for (const { attempts } of output.services) expect(attempts).toBeGreaterThanOrEqual(7);
    expect(output.offices?.find(({ office }) => office === "Tokyo")).toMatchObject({
      city: "Tokyo",
      temperature: 27.9,
      currency: "JPY",
      rate: 163.42,
      rate_live: true,
    });
    expect(output.tracking?.performance_score).toBeGreaterThan(0);
    expect(output.html).toContain("Stockholm");

    // The rates cannot be asked for: three calls of three attempts, then none, and nobody else notices.
    const without = await run(folder.path, { down: "currency" });
    expect({ outcome: without.outcome, exitCode: without.exitCode }).toEqual({ outcome: "partial_success", exitCode: 2 });
    expect(without.output.services[2]).toMatchObject({ name: "currency", answered: 0, breaker: "open" });
    const asked = without.requests.filter((line) => line.includes(" currency ")).length;
    expect(asked > 0 && asked <= 9).toBe(true);
    expect(without.output.offices?.find(({ office }) => office === "Tokyo")).toMatchObject({ rate: 163.42, rate_live: false });
    expect(without.output.html).toContain("(kept)");
    expect(await afterRun({ out: folder.path, result: without })).toContain("currency      0 of 5 calls answered, breaker open");

    await using database = await start("database", { STATE_DIR: join(folder.path, "state", "database") });
    const query = "SELECT count(*) AS n, count(DISTINCT execution) AS runs, min(temperature) AS coldest FROM office_briefings";
    expect(await database.call("execute_query", { query }, { tenant: "default" })).toMatchObject({
      rows: [{ n: 12, runs: 2, coldest: 12.6 }],
    });
  },
);

test(
  "a wrong key is no reason to try again and stands in no message; an office that is nowhere is named, and a currency that nobody knows has no rate",
  { timeout: 120_000 },
  async () => {
    using folder = temporaryDirectory();
    const [wrong, odd] = await Promise.all([
      run(join(folder.path, "wrong"), { environment: { WEATHER_API_KEY: "key-of-somebody-else" } }),
      run(join(folder.path, "odd"), {
        inputs: [offices(["Tokyo", "3-5-1 Ginza, Tokyo", "ZZZ"], ["Atlantis", "1 Sunken Road", "EUR"], ["London", "London", "GBP"])],
      }),
    ]);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.output).toMatchObject({ html: null, services: [{}, { name: "weather", answered: 0, breaker: "closed" }, {}] });
    expect(wrong.requests.filter((line) => line.includes(" weather ") && line.endsWith(" 401"))).toHaveLength(6);
    expect(wrong.printed).toContain("who are you?");
    expect(wrong.printed).not.toContain("key-of-somebody-else");

    // Of an address without a number it is not sure which place it means.
    expect(odd.output).toMatchObject({ offices: [{ office: "Tokyo", rate: null }], missing: ["Atlantis", "London"] });
    // A rate that nobody ever knew is none that was kept.
    expect(odd.output.html).toContain("not known");
    expect(odd.output.html).not.toMatch(/\(kept\)|not of today/);
  },
);
