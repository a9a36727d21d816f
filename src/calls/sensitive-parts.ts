import type { Json, JsonObject } from "../base/json.ts";
import { isSecretName, plainName } from "./secret-name.ts";

/** Tells which parts of some data are nobody's business, by the names that stand with them. */
export class SensitiveParts {
  readonly #names: ReadonlySet<string>;

  /** @param names - beside those that are always sensitive; case, `_` and `-` make no difference */
  constructor(names: readonly string[]) {
    this.#names = new Set(names.map(plainName));
  }

  /** The members of an object: by their own names, or because another member names what their value is of. */
  members(object: JsonObject): (key: string) => boolean {
    const named = NAMES.some((key) => {
      const name = object[key];
      return typeof name === "string" && this.#isSensitive(name);
    });
    return (key) => this.#isSensitive(key) || (named && VALUES.has(key.toLowerCase()));
  }

  /**
   * An element of a list, which may hold the arguments of a program (`--password`, `x`) or variables (`API_KEY=x`): what
   * of it is shown, and what is hidden. Undefined when it is not sensitive.
   */
  element(element: Json, before: Json | undefined): { readonly shown: string; readonly hidden: string } | undefined {
    if (typeof element !== "string") return undefined;
    const flag = typeof before === "string" ? FLAG.exec(before)?.[1] : undefined;
    if (flag !== undefined && !element.startsWith("-") && this.#isSensitive(flag)) return { shown: "", hidden: element };
    const [shown = "", name = ""] = ASSIGNMENT.exec(element) ?? [];
    const hidden = element.slice(shown.length);
    return hidden !== "" && this.#isSensitive(name) ? { shown, hidden } : undefined;
  }

  #isSensitive(name: string): boolean {
    return isSecretName(name) || (this.#names.size > 0 && this.#names.has(plainName(name)));
  }
}

const NAMES = ["name", "key", "header", "field", "variable"] as const;

const VALUES: ReadonlySet<string> = new Set(["value", "values", "val"]);

const FLAG = /^--?([A-Za-z][\w.-]{0,100})$/;

const ASSIGNMENT = /^-{0,2}([A-Za-z_][\w.-]{0,100})=/;
