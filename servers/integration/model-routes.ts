import { z } from "zod";
import type { Json } from "tutti/server";
import type { ApiKeys } from "./api-keys.ts";
import type { Deployment, DeploymentTable } from "./deployment-table.ts";
import { type LocalAnswer, problem, type LocalRequest, type Route } from "./local-listener.ts";
import type { ModelHouse } from "./model-house.ts";
import type { ModelOutcome } from "./model-thread.ts";

/** Callers of this tenant need not say whose models they mean. */
const DEFAULT_TENANT = "default";

const BODY_BYTES_MAX = 1_048_576;
const PAIRS_MAX = 10_000;
const VALUES_MAX = 200_000;

const id = z.union([z.string().max(1_000), z.number().transform(String)]);
const value = z.union([z.number(), z.string().max(1_000), z.boolean()]);
const rawInput = z.strictObject({ dims: z.array(z.int().min(0).max(VALUES_MAX)).max(8), data: z.array(value).max(VALUES_MAX) });
const question = z.union([
  z.strictObject({ users: z.array(id).min(1).max(PAIRS_MAX), items: z.array(id).min(1).max(PAIRS_MAX) }),
  z.strictObject({
    pairs: z
      .array(z.union([z.strictObject({ user: id, item: id }), z.tuple([id, id])]))
      .min(1)
      .max(PAIRS_MAX),
  }),
  z.strictObject({ inputs: z.record(z.string().max(200), rawInput) }),
]);

export interface ModelRoutePorts {
  readonly table: DeploymentTable;
  readonly house: ModelHouse;
  readonly keys: ApiKeys;
}

/** Where a model is served. Tenants other than `default` have a part of the path for themselves. */
export function modelPath({ tenant, name }: { readonly tenant: string; readonly name: string }): string {
  const own = tenant === DEFAULT_TENANT ? "" : `/tenants/${encodeURIComponent(tenant)}`;
  return `${own}/models/${encodeURIComponent(name)}/predict`;
}

/** Answers questions to models that are served. */
export function modelRoutes(ports: ModelRoutePorts): readonly Route[] {
  const answer = async ({ parts: [tenant = "", name = ""], headers, body }: LocalRequest): Promise<LocalAnswer> => {
    const deployment = ports.table.serving(tenant === "" ? DEFAULT_TENANT : tenant, name);
    if (deployment === undefined) return problem(404, "no such model is served");
    if (!mayAsk(deployment, headers.authorization, ports.keys))
      return problem(401, "a key of api_key_mgmt is wanted, as Authorization: Bearer KEY");
    // Pages of other sites cannot send this type without asking first.
    if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? ""))
      return problem(415, "the content-type must be application/json");
    const asked = questionIn(body);
    if (typeof asked === "string") return problem(400, asked);
    return answered(await ports.house.thread(deployment.sha256).ask(asked), deployment);
  };
  return [{ method: "POST", path: /^(?:\/tenants\/([^/]{1,600}))?\/models\/([^/]{1,300})\/predict$/, bytesMax: BODY_BYTES_MAX, answer }];
}

function mayAsk({ requireKey, tenant }: Deployment, authorization: string | undefined, keys: ApiKeys): boolean {
  if (!requireKey) return true;
  const [, key] = /^Bearer ([\u0021-\u007e]{1,500})$/i.exec(authorization ?? "") ?? [];
  return key !== undefined && keys.ownerOf(key)?.tenant === tenant;
}

/** What is asked, or why it cannot be. */
function questionIn(body: Buffer) {
  const parsed = question.safeParse(json(body));
  if (!parsed.success)
    return `right is {"users": ["u1"], "items": ["i1"]}, {"pairs": [["u1", "i1"]]} or {"inputs": {"NAME": {"dims": [1], "data": [0.5]}}}, with at most ${PAIRS_MAX} pairs`;
  if ("inputs" in parsed.data) return { inputs: parsed.data.inputs };
  if ("pairs" in parsed.data) {
    const pairs = parsed.data.pairs.map((pair) => (Array.isArray(pair) ? { user: pair[0], item: pair[1] } : pair));
    return { pairs: { users: pairs.map(({ user }) => user), items: pairs.map(({ item }) => item) } };
  }
  const { users, items } = parsed.data;
  if (users.length !== items.length)
    return `${users.length} users and ${items.length} items make no pairs: the first user goes with the first item, and so on`;
  return { pairs: { users, items } };
}

function answered(outcome: ModelOutcome, { name, version }: Deployment): LocalAnswer {
  switch (outcome.kind) {
    case "scores":
      // A score that is no number has none in JSON.
      return {
        status: 200,
        body: { model: name, version, scores: outcome.scores.map((score) => (Number.isFinite(score) ? score : null)) },
      };
    case "outputs":
      return { status: 200, body: { model: name, version, outputs: outcome.outputs as unknown as Json } };
    case "wrong":
      return problem(400, outcome.reason);
    case "busy":
      return problem(503, outcome.reason);
    case "failed":
      return problem(503, outcome.reason);
  }
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
