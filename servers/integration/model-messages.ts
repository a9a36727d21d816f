/** What the thread of a model is given. */
export interface ModelFile {
  readonly path: string;
  readonly sha256: string;
}

/** Values for one input of a model that knows no names. */
export interface RawInput {
  readonly dims: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

/** What is asked of the thread. */
export interface ModelQuestion {
  readonly id: number;
  /** Names, the same number of each. */
  readonly pairs?: { readonly users: readonly string[]; readonly items: readonly string[] };
  readonly inputs?: Readonly<Record<string, RawInput>>;
}

export interface ModelInput {
  readonly name: string;
  readonly type: string;
}

/** What a model is like, once it has been loaded. */
export interface ModelFacts {
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly string[];
  /** When it knows names. */
  readonly users?: number;
  readonly items?: number;
}

export type ModelAnswer =
  | { readonly kind: "loaded"; readonly facts: ModelFacts }
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "scores"; readonly id: number; readonly scores: readonly number[] }
  | { readonly kind: "outputs"; readonly id: number; readonly outputs: Readonly<Record<string, RawInput>> }
  /** The question was wrong, in the words of `reason`. */
  | { readonly kind: "wrong"; readonly id: number; readonly reason: string };
