import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { expect, test } from "vitest";
import { openWorld } from "../../examples/monitoring-system/world.ts";
import { type Finished, runCommand } from "../support/built-command.ts";
import { freshClone } from "../support/fresh-clone.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const FOLDER = join("examples", "monitoring-system");

test("trouble becomes an alert, an incident, a letter and a page; servers that die when they are asked are found too, and replaced", async () => {
  using clone = freshClone();
  const found = await watched(clone.path, []);
  expect(found).toMatchObject({
    outcome: "completed",
    output: {
      health: "degraded",
      problems: [{ name: "geocoding", severity: "error", status: "failing" }],
      figures: { servers: 7, healthy: 7, available: 1 },
      alerts: [expect.stringContaining("Trouble with geocoding")],
      incidents: [{ workflow_id: "incident-response", outcome: "completed" }],
      resolved: [],
      checks_kept: 1,
    },
  });
  const out = join(clone.path, FOLDER, "out");
  const [page = ""] = readdirSync(join(out, "dashboards"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  expect(readFileSync(join(out, "dashboards", page), "utf8")).toMatch(/degraded[\s\S]*news-data[\s\S]*The API geocoding is failing/);
  const letters = readdirSync(join(out, "mail"));
  expect(letters).toHaveLength(1);
  const letter = await PostalMime.parse(readFileSync(join(out, "mail", letters[0] ?? "")));
  expect(letter).toMatchObject({ subject: "[error] Trouble with geocoding", to: [{ address: "operations@example.com" }] });

  // Two servers die whenever they are asked; what was in trouble is well again.
  const after = await watched(clone.path, ["--server-down", "analytics", "--server-down", "workflow"]);
  expect(after).toMatchObject({
    outcome: "completed",
    output: {
      health: "unhealthy",
      problems: [
        { name: "analytics", severity: "critical", status: "unreachable" },
        { name: "workflow", severity: "critical", status: "unreachable" },
      ],
      figures: { servers: 7, healthy: 5, memory_p95: null },
      incidents: [
        { name: "Trouble with analytics", status: "firing" },
        { name: "Trouble with workflow", status: "firing" },
      ],
      resolved: ["Trouble with geocoding"],
      checks_kept: 2,
    },
  });
});

test("without the template server whoever is on duty is told all the same, in plain words", async () => {
  using clone = freshClone();
  const found = await watched(clone.path, ["--server-down", "template"]);
  expect(found).toMatchObject({ outcome: "completed", output: { incidents: [{ outcome: "completed" }] } });
  const folder = join(clone.path, FOLDER, "out", "mail");
  const letters = await Promise.all(readdirSync(folder).map(async (name) => await PostalMime.parse(readFileSync(join(folder, name)))));
  expect(letters).toMatchObject([{ subject: "[critical] Trouble with template", text: "The server template is unreachable.\n" }]);
});

test.each(["--server-down nothing", "--api-down database", "--server-down", "--all"])("%s is refused", async (words) => {
  using folder = temporaryDirectory();
  await expect(openWorld({ out: folder.path, args: words.split(" ") })).rejects.toThrow(`and not "${words}"`);
});

test("incidents that a person refuses are not answered, and the page shows them all the same", async () => {
  using clone = freshClone();
  await using world = await openWorld({ out: join(clone.path, FOLDER, "out") });
  const asked = await tutti(["run", join(FOLDER, "monitoring.yaml"), "-p", "ask=true"], clone.path, world.environment);
  expect(asked.exitCode).toBe(3);
  const { execution_id: id } = JSON.parse(asked.stdout) as { readonly execution_id: string };
  expect(await tutti(["executions", "approve", id, "sign_off", "--refuse"], clone.path, world.environment)).toMatchObject({ exitCode: 0 });
  const { stdout } = await tutti(["executions", "resume"], clone.path, world.environment);
  expect(JSON.parse(stdout)).toMatchObject([{ outcome: "partial_success", output: { health: "degraded", incidents: null } }]);
  expect(readdirSync(join(clone.path, FOLDER, "out", "mail"))).toEqual([]);
});

async function watched(directory: string, args: readonly string[]): Promise<unknown> {
  await using world = await openWorld({ out: join(directory, FOLDER, "out"), args });
  const { stdout, stderr } = await tutti(["run", join(FOLDER, "monitoring.yaml")], directory, world.environment);
  if (!stdout.startsWith("{")) throw new Error(`it printed ${stderr}`);
  return JSON.parse(stdout);
}

async function tutti(args: readonly string[], directory: string, environment: Readonly<Record<string, string>>): Promise<Finished> {
  const common = ["--json", "--config", join(FOLDER, "mcp.json"), "--data-dir", join(FOLDER, "out", "journal")];
  return await runCommand([...args, ...common], directory, environment);
}
