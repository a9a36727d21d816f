import { expect, test } from "vitest";
import type { CallOutcome } from "../model/call.ts";
import type { CallOnItsWay } from "./call-stage.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { rememberSecrets } from "./remember-secrets.ts";

test("a secret that a server repeats beside its output is hidden, and the kind of its error stays", async () => {
  const secrets = rememberSecrets({ get: (name) => Promise.resolve(name === "ODD" ? "External" : "hunter2") });
  await secrets.get("PASSWORD");
  await secrets.get("ODD");
  const outcome: CallOutcome = {
    kind: "succeeded",
    output: {},
    answer: {
      meta: { extensions: { hunter2: "is hunter2" }, workflowContext: { failedStep: "hunter2" } },
      metadata: { said: ["hunter2"] },
      error: { type: "External", code: "hunter2", message: "no hunter2", details: { hunter2: 1 } },
    },
  };
  const call = { gate: {} } as CallOnItsWay;
  const told = await hideSecrets(secrets)(call, () => Promise.resolve(outcome));
  expect(JSON.stringify(told)).not.toContain("hunter2");
  expect(told).toMatchObject({ answer: { error: { type: "External", message: "no [secret PASSWORD]" } } });
});
