import type { Model } from "./model-file.ts";
import { chanceOf, preference } from "./scores.ts";

/** Answers by a model. Ids are texts. */
export interface Predictor {
  readonly users: ReadonlyMap<string, number>;
  readonly items: ReadonlyMap<string, number>;
  score(user: string, item: string): ScoredPair;
  /** The best items first; those alike in the order of their ids. */
  recommend(user: string, wished: { readonly top: number; readonly excludeTaken: boolean }): Recommended;
}

export interface ScoredPair {
  readonly user: string;
  readonly item: string;
  readonly score: number;
  readonly basis: "model" | "popularity";
}

export interface Recommended {
  readonly user: string;
  readonly items: { readonly item: string; readonly score: number }[];
  readonly basis: "model" | "popularity";
}

const opened = new WeakMap<Model, Predictor>();

/** The same for the same model. */
export function openPredictor(model: Model): Predictor {
  const known = opened.get(model) ?? newPredictor(model);
  opened.set(model, known);
  return known;
}

function newPredictor(model: Model): Predictor {
  const users = new Map(model.users.map((id, index) => [id, index]));
  const items = new Map(model.items.map((id, index) => [id, index]));
  const share = (item: number): number => (model.popularity[item] ?? 0) / model.users.length;
  return {
    users,
    items,
    score(user, item) {
      const [userIndex, itemIndex] = [users.get(user), items.get(item)];
      if (itemIndex === undefined) return { user, item, score: 0, basis: "popularity" };
      if (userIndex === undefined) return { user, item, score: share(itemIndex), basis: "popularity" };
      return { user, item, score: chanceOf(preference(model, userIndex, itemIndex)), basis: "model" };
    },
    recommend(user, { top, excludeTaken }) {
      const index = users.get(user);
      const rank = (item: number): number => (index === undefined ? share(item) : preference(model, index, item));
      const taken =
        index === undefined || !excludeTaken ? [] : model.taken.subarray(model.takenStarts[index], model.takenStarts[index + 1]);
      const best = bestOf(model.items.length, { top, rank, without: new Set(taken) });
      return {
        user,
        items: best.map(({ item, rank }) => ({ item: model.items[item] ?? "", score: index === undefined ? rank : chanceOf(rank) })),
        basis: index === undefined ? "popularity" : "model",
      };
    },
  };
}

interface Ranked {
  readonly item: number;
  readonly rank: number;
}

interface Ranking {
  readonly top: number;
  readonly rank: (item: number) => number;
  readonly without: ReadonlySet<number>;
}

function bestOf(items: number, { top, rank, without }: Ranking): readonly Ranked[] {
  const ranked: Ranked[] = [];
  for (let item = 0; item < items; item += 1) if (!without.has(item)) ranked.push({ item, rank: rank(item) });
  return ranked.sort((one, other) => other.rank - one.rank || one.item - other.item).slice(0, top);
}
