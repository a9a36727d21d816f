import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { Compute } from "./compute.ts";
import type { Model } from "./model/model-file.ts";
import { openPredictor, type Predictor } from "./model/predictor.ts";
import { toldRefusals } from "./work/told-refusals.ts";

const id = z.union([z.string().max(200), z.number()]);

const input = z.strictObject({
  model_id: z.string().min(1).max(100).describe("Model of a completed job of train_model"),
  users: z
    .array(id.describe("Id as in the file that was learned from"))
    .min(1)
    .max(500)
    .optional()
    .describe("Users to recommend items to. Either these or pairs"),
  pairs: z
    .array(z.strictObject({ user: id.describe("Id of a user"), item: id.describe("Id of an item") }))
    .min(1)
    .max(10_000)
    .optional()
    .describe("Pairs to score. Either these or users"),
  top: z.int().min(1).max(100).default(10).describe("Items for each user, the best first"),
  exclude_taken: z
    .boolean()
    .default(true)
    .describe("Whether items are left out that the user has taken, as far as the model has learned from it"),
});

const basis = z
  .enum(["model", "popularity"])
  .describe("popularity: the model does not know the user (or the item), and tells how many users have taken the item");

const output = z.object({
  model_id: z.string().describe("As it was given"),
  predictions: z
    .array(
      z.object({
        user: z.string().describe("Id of the user, as text"),
        item: z.string().optional().describe("Id of the item, for a pair"),
        score: z
          .number()
          .optional()
          .describe(
            "For a pair: with basis model, the chance that of this item and any other this is the one that is taken; with basis popularity, the share of users who have taken it",
          ),
        items: z
          .array(z.object({ item: z.string().describe("Id of the item"), score: z.number().describe("As for a pair") }))
          .optional()
          .describe("For a user: the best first, those alike in the order of their ids"),
        basis,
      }),
    )
    .describe("In the order that was asked for"),
  unknown_users: z.int().describe("Users that the model does not know, answered by popularity"),
  unknown_items: z.int().describe("Items of pairs that the model does not know: their score is 0"),
});

/** Multiplications: more would keep others waiting. */
const WORK_MAX = 1e9;

/** Recommends items, or scores pairs. */
export function predict({ models }: Compute): ToolPlan {
  return defineTool({
    name: "predict",
    title: "Recommend",
    description:
      "Recommends items to users, or scores pairs of a user and an item, with a model of train_model. Users that the model does not know get what is popular, and the answer says so.",
    effect: "reads",
    input,
    output,
    async run({ model_id, users, pairs, top, exclude_taken }, { tenant, signal }) {
      if ((users === undefined) === (pairs === undefined)) throw refuse('either "users" or "pairs" is wanted');
      const model = await models.load(models.find(tenant, model_id));
      const predictor = openPredictor(model);
      const predictions =
        users === undefined
          ? (pairs ?? []).map(({ user, item }) => predictor.score(String(user), String(item)))
          : await toldRefusals(
              signal,
              async () => await recommended(model, predictor, { users, top, excludeTaken: exclude_taken, signal }),
            );
      return {
        model_id,
        predictions,
        unknown_users: strangers(
          predictions.map(({ user }) => user),
          predictor.users,
        ),
        unknown_items: strangers(
          (pairs ?? []).map(({ item }) => String(item)),
          predictor.items,
        ),
      };
    },
  });
}

/** How many different ids are not known. */
function strangers(ids: readonly string[], known: ReadonlyMap<string, number>): number {
  return new Set(ids.filter((id) => !known.has(id))).size;
}

interface Wished {
  readonly users: readonly (string | number)[];
  readonly top: number;
  readonly excludeTaken: boolean;
  readonly signal: AbortSignal;
}

async function recommended(model: Model, predictor: Predictor, { users, top, excludeTaken, signal }: Wished) {
  const work = users.length * model.items.length * (model.width + 8);
  if (work > WORK_MAX) {
    const most = Math.max(1, Math.floor(WORK_MAX / (model.items.length * (model.width + 8))));
    throw refuse(`of this model at most ${most} users can be asked for at once`);
  }
  const answers = [];
  for (const user of users) {
    answers.push(predictor.recommend(String(user), { top, excludeTaken }));
    // Others get their turn.
    await setImmediate();
    signal.throwIfAborted();
  }
  return answers;
}
