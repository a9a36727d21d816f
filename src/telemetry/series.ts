import type { Labels } from "../ports/metrics.ts";

/** How many combinations of labels one metric may have before the rest is counted together. */
export const SERIES_MAX = 1_000;
/** What stands for a label value of a combination that is counted together with others. */
export const OTHER = "(other)";

const VALUE_CHARACTERS_MAX = 120;

/** One combination of labels of a metric. */
export interface Series<Value> {
  /** In the order of the metric's labels. */
  readonly labels: readonly string[];
  readonly value: Value;
}

/**
 * All series of one metric. However many different labels come in, their number has a limit: beyond it only the first
 * label (the server or the workflow) is kept, and beyond twice of it none.
 */
export class SeriesTable<Value> {
  readonly #names: readonly string[];
  readonly #make: () => Value;
  readonly #series = new Map<string, Series<Value>>();

  constructor(names: readonly string[], make: () => Value) {
    this.#names = names;
    this.#make = make;
  }

  all(): Iterable<Series<Value>> {
    return this.#series.values();
  }

  /** The value for these labels. A label that is not given is empty. */
  of(labels: Labels): Value {
    let key = "";
    for (const name of this.#names) {
      const value = shownAs(labels[name] ?? "");
      // With its length, so that no value can look like two.
      key += `${value.length}:${value}`;
    }
    const known = this.#series.get(key);
    if (known !== undefined) return known.value;
    const values = this.#names.map((name) => shownAs(labels[name] ?? ""));
    if (this.#series.size < SERIES_MAX) return this.#add(key, values);
    const [first = ""] = values;
    return this.#together([first, ...values.slice(1).map(() => OTHER)], 2 * SERIES_MAX) ?? this.#crowd(values);
  }

  #together(values: readonly string[], limit: number): Value | undefined {
    const key = `=${values[0] ?? ""}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known.value;
    return this.#series.size < limit ? this.#add(key, values) : undefined;
  }

  #crowd(values: readonly string[]): Value {
    return (
      this.#series.get("*")?.value ??
      this.#add(
        "*",
        values.map(() => OTHER),
      )
    );
  }

  #add(key: string, labels: readonly string[]): Value {
    const value = this.#make();
    this.#series.set(key, { labels, value });
    return value;
  }
}

/** Half a character, which the text of metrics could not hold, becomes a replacement character. */
function shownAs(value: string): string {
  if (value.length <= VALUE_CHARACTERS_MAX && value.isWellFormed()) return value;
  return (value.length > VALUE_CHARACTERS_MAX ? `${value.slice(0, VALUE_CHARACTERS_MAX - 1)}…` : value).toWellFormed();
}
