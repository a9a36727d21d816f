import type { TellChange, WantedChanges } from "./wanted-changes.ts";

const NOTHING: WantedChanges = { tools: false, prompts: false, resourceList: false, resources: [] };
/** Of one connection or session, as many as the SDK allows of its own. */
const SUBSCRIPTIONS_MAX = 1_024;

/** Watches something until it is disposed. */
export type Follow = (wanted: WantedChanges, tell: TellChange) => Disposable;

/**
 * What one connection or session wants to hear about. A thing that several subscriptions name is watched once, because
 * the SDK passes what it is told to each of them.
 */
export class Subscriptions implements Disposable {
  readonly #follow: Follow;
  readonly #tell: TellChange;
  readonly #wanted = new Map<string | number, WantedChanges>();
  readonly #watched = new Map<string, Disposable>();

  constructor(follow: Follow, tell: TellChange) {
    this.#follow = follow;
    this.#tell = tell;
  }

  /** False when there are too many. A subscription with the same id is replaced. */
  add(id: string | number, wanted: WantedChanges): boolean {
    if (this.#wanted.size >= SUBSCRIPTIONS_MAX && !this.#wanted.has(id)) return false;
    this.#wanted.set(id, wanted);
    this.#match();
    return true;
  }

  /** Does nothing when there is none. */
  remove(id: string | number): void {
    if (this.#wanted.delete(id)) this.#match();
  }

  [Symbol.dispose](): void {
    this.#wanted.clear();
    this.#match();
  }

  #match(): void {
    const needed = new Map([...this.#wanted.values()].flatMap(partsOf));
    for (const [name, watched] of this.#watched) {
      if (needed.has(name)) continue;
      this.#watched.delete(name);
      watched[Symbol.dispose]();
    }
    for (const [name, part] of needed) if (!this.#watched.has(name)) this.#watched.set(name, this.#follow(part, this.#tell));
  }
}

function partsOf({ tools, prompts, resourceList, resources }: WantedChanges): (readonly [string, WantedChanges])[] {
  const parts: (readonly [string, WantedChanges])[] = [];
  if (tools) parts.push(["tools", { ...NOTHING, tools }]);
  if (prompts) parts.push(["prompts", { ...NOTHING, prompts }]);
  if (resourceList) parts.push(["resources", { ...NOTHING, resourceList }]);
  for (const uri of resources) parts.push([`resource ${uri}`, { ...NOTHING, resources: [uri] }]);
  return parts;
}
