import { randomBytes } from "node:crypto";
import { ToolError } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import { type Exchange, exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import type { Deployment, DeploymentTable } from "./deployment-table.ts";
import type { ModelFiles } from "./model-files.ts";
import type { ModelHouse } from "./model-house.ts";
import type { ModelFacts } from "./model-messages.ts";

/** What model_deploy needs. */
export interface ModelPorts {
  readonly table: DeploymentTable;
  readonly files: ModelFiles;
  readonly house: ModelHouse;
  readonly exchange: Exchange;
  readonly url: (deployment: { readonly tenant: string; readonly name: string }) => string;
  readonly modelsMax: number;
}

const input = z.strictObject({
  file: exchangeName.describe("The ONNX file in the exchange; not for undeploy").optional(),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
    .describe("Under which it is served"),
  version: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/)
    .describe("Of the model, such as 2.1. For undeploy, the one that goes; the one that is served if not given")
    .optional(),
  require_key: z.boolean().describe("True: only callers with a key of api_key_mgmt are answered. Default false").optional(),
  undeploy: z
    .boolean()
    .default(false)
    .describe("Takes it out of service. The version that was served before it, if there is one, comes back"),
});

const output = z.object({
  deployment_id: z.string().exactOptional(),
  name: z.string(),
  version: z.string().exactOptional(),
  status: z.enum(["serving", "superseded", "undeployed", "not_deployed"]),
  url: z.string().describe("Answers POST of {users, items} or {pairs}").exactOptional(),
  sha256: z.string().exactOptional(),
  bytes: z.int().exactOptional(),
  require_key: z.boolean().exactOptional(),
  inputs: z
    .array(z.object({ name: z.string(), type: z.string() }))
    .describe("Of the model")
    .exactOptional(),
  outputs: z.array(z.string()).exactOptional(),
  users: z.int().describe("How many it knows by name").exactOptional(),
  items: z.int().exactOptional(),
  serving_version: z.string().describe("What is served under the name now").exactOptional(),
});

type Output = z.infer<typeof output>;

/** Serves models over HTTP. */
export function modelDeployTool(ports: ModelPorts): ToolPlan {
  return defineTool({
    name: "model_deploy",
    title: "Deploy a model",
    description:
      "Serves an ONNX model over HTTP on this machine: POST {users, items} or {pairs} to its url gives {scores}. The model is loaded before it takes the place of the version that is served; it stays served across restarts. undeploy takes it out of service and brings the version before it back.",
    effect: "changes",
    destructive: true,
    input,
    output,
    async run({ file, name, version, require_key: requireKey, undeploy }, scope) {
      if (undeploy) return await undeployed({ name, version }, scope, ports);
      if (file === undefined || version === undefined) throw refuse("file and version say what is to be served");
      const content = await ports.files.take(ports.exchange.existing(scope.tenant, file));
      const before = ports.table.version(scope.tenant, name, version);
      refuseOther(before, content.sha256);
      const asked = { tenant: scope.tenant, name, version, requireKey: requireKey ?? before?.requireKey ?? false };
      try {
        return await deployed({ ...asked, ...content, ...freshly(scope.now) }, scope, ports);
      } finally {
        await ports.house.tidy();
      }
    },
  });
}

function freshly(now: Date): Pick<Deployment, "id" | "status" | "deployedAt"> {
  return { id: `dep_${randomBytes(8).toString("hex")}`, status: "serving", deployedAt: now.getTime() };
}

async function deployed(deployment: Deployment, scope: ToolScope, ports: ModelPorts): Promise<Output> {
  using _held = ports.house.hold(deployment.sha256);
  refuseTooMany(deployment, ports);
  const facts = await loaded(deployment, ports);
  return scope.once(() => described(serve(deployment, ports), ports, facts));
}

function refuseOther(known: Deployment | undefined, sha256: string): void {
  if (known === undefined || known.sha256 === sha256) return;
  throw refuse(
    `version "${known.version}" of "${known.name}" is another model already: give this one a version of its own, or undeploy that one`,
  );
}

/** A model that cannot be loaded, or has inputs that cannot be given, never takes the place of one that can. */
async function loaded({ sha256 }: Deployment, { house }: ModelPorts): Promise<ModelFacts> {
  try {
    const facts = await house.thread(sha256).facts();
    const names = facts.inputs.map((each) => each.name);
    if (facts.users !== undefined && !(names.includes("user_index") && names.includes("item_index"))) {
      throw new Error("it knows users and items, and has no inputs user_index and item_index");
    }
    return facts;
  } catch (error) {
    throw refuse(`the model cannot be served: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What is served under the same name makes place. */
function refuseTooMany({ tenant, name, sha256 }: Deployment, { table, modelsMax }: ModelPorts): void {
  const others = table.allServing().filter((each) => each.tenant !== tenant || each.name !== name);
  if (new Set([...others.map((each) => each.sha256), sha256]).size <= modelsMax) return;
  throw new ToolError(`${modelsMax} models are served, and that is the most: undeploy one`, {
    type: "External",
    httpStatusCode: 429,
    retryAfter: 60,
  });
}

function serve(deployment: Deployment, ports: ModelPorts): Deployment {
  const { table } = ports;
  const { tenant, name, version } = deployment;
  const known = table.version(tenant, name, version);
  refuseOther(known, deployment.sha256);
  // Others may have been faster while it was loaded.
  refuseTooMany(deployment, ports);
  const serving = table.serving(tenant, name);
  if (known !== undefined && known.id === serving?.id) {
    table.setRequireKey(known.id, deployment.requireKey);
    return { ...known, requireKey: deployment.requireKey };
  }
  // A version that comes back is the newest again.
  if (known !== undefined) table.setStatus(known.id, "undeployed");
  if (serving !== undefined) table.setStatus(serving.id, "superseded");
  table.add(deployment);
  return deployment;
}

async function undeployed(
  { name, version }: { name: string; version: string | undefined },
  scope: ToolScope,
  ports: ModelPorts,
): Promise<Output> {
  const { table } = ports;
  const answer = scope.once((): Output => {
    const serving = table.serving(scope.tenant, name);
    const going = version === undefined ? serving : table.version(scope.tenant, name, version);
    if (going === undefined) {
      const still = serving === undefined ? {} : { serving_version: serving.version };
      return { name, ...(version === undefined ? {} : { version }), status: "not_deployed", ...still };
    }
    table.setStatus(going.id, "undeployed");
    const next = going.id === serving?.id ? table.before(scope.tenant, name) : serving;
    if (next !== undefined) table.setStatus(next.id, "serving");
    return {
      deployment_id: going.id,
      name,
      version: going.version,
      sha256: going.sha256,
      status: "undeployed",
      ...(next === undefined ? {} : { serving_version: next.version, url: ports.url(next) }),
    };
  });
  await ports.house.tidy();
  return answer;
}

function described(deployment: Deployment, ports: ModelPorts, facts: ModelFacts): Output {
  const { id, name, version, sha256, bytes, requireKey } = deployment;
  const { inputs, outputs, users, items } = facts;
  return {
    deployment_id: id,
    name,
    version,
    status: "serving",
    url: ports.url(deployment),
    sha256,
    bytes,
    require_key: requireKey,
    inputs: [...inputs],
    outputs: [...outputs],
    ...(users === undefined ? {} : { users }),
    ...(items === undefined ? {} : { items }),
    serving_version: version,
  };
}
