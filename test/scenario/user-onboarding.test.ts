import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCommand } from "../support/built-command.ts";
import { cloneOf, commandsInReadme } from "../support/example-clone.ts";

const CONFIG = ["--config", "examples/user-onboarding/tutti.yaml"];
const REQUEST = ["request", "examples/user-onboarding/user.json", ...CONFIG];
const RUN = ["run", "examples/user-onboarding/onboard-user.yaml", ...CONFIG];
const RESUME = ["executions", "resume", ...CONFIG];
const BEN = ["-p", "name=Ben", "-p", "email=ben@example.com"];

test("a user is welcomed with everything, once for one request", async () => {
  using example = cloneOf("user-onboarding");
  const first = await example.request(REQUEST);
  expect(first.data).toMatchObject({
    status: "completed",
    results: { user_id: "user-3", welcome: { workspace: "workspace-of-user-3", credit: 500 } },
  });
  expect((await example.request(REQUEST)).data).toEqual(first.data);
  expect(example.select("users", "SELECT email FROM users WHERE number > 2")).toEqual(["grace@example.com"]);
  expect(example.select("tracking", "SELECT tenant, event, subject FROM events")).toEqual(["acme user_onboarded user-3"]);
  const letters = readdirSync(join(example.folder, "out/mail")).map((name) => readFileSync(join(example.folder, "out/mail", name), "utf8"));
  const subjects = new Set(letters.map((letter) => /^Subject: (.*)$/m.exec(letter)?.[1]?.trim()));
  expect(subjects).toEqual(new Set(["Please confirm your address", "Welcome"]));
});

test("an address that is taken, and one that is none, are refused before anything is changed", async () => {
  using example = cloneOf("user-onboarding");
  for (const email of ["ADA@example.com", "nobody"]) {
    const answer = await example.ask("onboard_user", { name: "Ada", email });
    expect(answer.data).toEqual({ status: "validation_failed", results: { failed_validations: ["profile_check"] } });
  }
  expect(example.select("users", "SELECT count(*) FROM users")).toEqual(["2"]);
});

test("an account whose address takes no letters is deleted again", async () => {
  using example = cloneOf("user-onboarding");
  const answer = await example.ask("onboard_user", { name: "Ben", email: "ben@nowhere.invalid" });
  expect(answer.data).toEqual({
    status: "failed_with_rollback",
    results: { completed: ["account_created"], failed: "email_verification", rollback: ["account_deleted"] },
  });
  expect(answer.error).toMatchObject({ type: "External", message: "ben@nowhere.invalid takes no letters" });
  expect(answer.meta.correlation_context.rollback_actions).toEqual(["delete_account"]);
  expect(example.select("users", "SELECT count(*) FROM users")).toEqual(["2"]);
});

test("what is only good to have may fail, and a retry makes up for it", async () => {
  using example = cloneOf("user-onboarding");
  const answer = await example.ask("onboard_user", { name: "Ben", email: "ben@example.com" }, { FAIL_TOOL: "give_credit,track_event" });
  expect(answer.data).toEqual({
    status: "partial_success",
    results: { completed: ["account_created", "verification_sent", "welcome_sent", "workspace_opened"], failed: ["credit", "analytics"] },
  });
  expect(example.select("users", "SELECT count(*) FROM users")).toEqual(["3"]);
  const retried = await example.run(["executions", "retry", answer.meta.correlation_context.execution_id, ...CONFIG]);
  expect(retried.exitCode).toBe(0);
  expect(example.select("welcome", "SELECT balance_minor FROM credits")).toEqual(["500"]);
  expect(example.select("email", "SELECT count(*) FROM letters")).toEqual(["2"]);
});

test("a user whose welcome is killed half-way gets no letter twice", async () => {
  using example = cloneOf("user-onboarding");
  {
    await using run = startCommand([...RUN, ...BEN], example.path, { SLOW_TOOL: "open_workspace=20s" });
    await run.printed(/send_welcome: completed/);
    run.process.kill("SIGKILL");
    await run.finished;
  }
  const resumed = await example.run([...RESUME, "--json"]);
  expect(JSON.parse(resumed.stdout)).toMatchObject([{ outcome: "completed" }]);
  expect(example.select("email", "SELECT subject FROM letters")).toEqual(["Please confirm your address", "Welcome"]);
  expect(example.select("users", "SELECT count(*) FROM workspaces")).toEqual(["1"]);
});

test("the README of user-onboarding shows the commands that are tested here", () => {
  expect(commandsInReadme("user-onboarding")).toEqual([REQUEST, [...RUN, ...BEN], RESUME].map((command) => command.join(" ")));
});
