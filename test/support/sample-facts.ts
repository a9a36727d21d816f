import { isJsonObject } from "../../src/base/json.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { SAMPLE_SOURCE } from "./operation-samples.ts";
import type { SampleFacts } from "./operation-samples.ts";
import type { Answer, ServedWorld } from "./served-world.ts";

/** Stands in what is made, and nowhere else. */
export const SECRET_OF_SAMPLES = "hunter2-of-the-tenant";

const QUESTION: JsonObject = {
  file: "question.yaml",
  text: `id: question\nsteps:\n  - { id: ask, approval: { message: "${SECRET_OF_SAMPLES}" } }\n`,
};
const FAILING: JsonObject = {
  file: "failing.yaml",
  text: 'id: failing\ninputs: { n: { type: integer, default: 7 } }\nsteps:\n  - { id: a, value: "${{ [1][inputs.n] }}" }\n',
};

/** Makes what operations can be asked about, for whoever has this credential. */
export async function sampleFacts(world: ServedWorld, credential?: string): Promise<SampleFacts> {
  const ask = async (path: string, body?: JsonObject): Promise<Answer> =>
    await world.ask(path, { credential, ...(body === undefined ? {} : { body }) });
  const started = async (workflow: JsonObject): Promise<string> => idIn(await ask("/executions", { workflow }), "execution_id");
  const [ended, waiting, failed] = [await started(SAMPLE_SOURCE), await started(QUESTION), await started(FAILING)];
  for (const id of [ended, waiting, failed]) await ask(`/executions/${id}/watch`);
  const workflow = `stored-${ended}`;
  await ask("/workflows", { workflow_id: workflow, name: SECRET_OF_SAMPLES, steps: [{ id: "a", value: 1 }] });
  const task = { task_type: "echo", service_name: "echo", payload: { word: "x" } };
  const taskGroup = idIn(await ask("/tasks", { task_definition: task }), "task_group_id");
  const applied = await ask("/patterns/infrastructure-enforcement/applications", { target_component: SECRET_OF_SAMPLES });
  return { ended, waiting, failed, workflow, taskGroup, application: idIn(applied, "application_id") };
}

function idIn({ document, text }: Answer, name: string): string {
  const id = isJsonObject(document) ? document[name] : undefined;
  if (typeof id !== "string") throw new Error(`there is no ${name} in ${text}`);
  return id;
}
