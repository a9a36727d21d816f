import { present } from "../../src/base/assert.ts";
import { seededRandom } from "./seeded-random.ts";
import type { StormServer } from "./storm-servers.ts";

/** A step as it must be found when all is over. */
export interface ExpectedStep {
  readonly id: string;
  readonly server: string;
  readonly tool: string;
  /** What its answer must repeat; of a list, that of each item. */
  readonly ref: string | readonly string[];
  /** What its answer must repeat of an earlier step's answer. */
  readonly from?: string;
  /** An earlier execution may have asked, so that nobody needs to be asked again. */
  readonly cached: boolean;
  /** `always`: its tool says no. `perhaps`: whether a call that acts once took effect cannot be told from a status 500. */
  readonly fallsBack: "never" | "perhaps" | "always";
  /** Something undoes it when the execution fails. */
  readonly undone: boolean;
}

/** A workflow, and how it must end whatever happens on its way. */
export interface StormWorkflow {
  readonly index: number;
  /** JSON, which is YAML. */
  readonly text: string;
  readonly inputs: { readonly token: string };
  readonly outcome: "completed" | "partial_success" | "failed_with_rollback";
  readonly steps: readonly ExpectedStep[];
}

const TIMEOUT = "2s";
const TRANSIENT = ["connection", "timeout", "rate_limit", "server_error"];
const RETRY = { max_attempts: 60, delay: "100ms", max_delay: "1500ms", on: TRANSIENT };
const UNDO_RETRY = { max_attempts: 60, delay: "100ms", max_delay: "1500ms" };
/** Of calls that act once on servers that could do them twice: only those are repeated that were not accepted. */
const ATTEMPTS = 25;
const GIVEN_UP = { value: { ref: "given up" } };

type StepDocument = Record<string, unknown>;

/** The workflow with this number, the same for the same seed. */
export function stormWorkflow(seed: number, index: number, servers: readonly StormServer[]): StormWorkflow {
  return new Author(seed, index, servers).write();
}

class Author {
  readonly #random: () => number;
  readonly #index: number;
  readonly #servers: readonly StormServer[];
  readonly #token: string;
  readonly #documents: StepDocument[] = [];
  readonly #expected: ExpectedStep[] = [];
  readonly #outcome: StormWorkflow["outcome"];

  constructor(seed: number, index: number, servers: readonly StormServer[]) {
    this.#random = seededRandom(seed * 100_003 + index);
    this.#index = index;
    this.#servers = servers;
    this.#token = `w${index}`;
    const luck = this.#random();
    this.#outcome = luck < 0.1 ? "failed_with_rollback" : luck < 0.22 ? "partial_success" : "completed";
  }

  write(): StormWorkflow {
    const count = 6 + Math.floor(this.#random() * 35);
    // An execution that has done nothing that could be undone fails without more ado.
    if (this.#outcome === "failed_with_rollback") this.#addCall("put");
    while (this.#documents.length < count - 1) this.#add();
    this.#addLast();
    const mode = this.#outcome === "partial_success" ? "allow_partial" : "fail_fast";
    const document = {
      id: `storm-${this.#index}`,
      inputs: { token: { type: "string" } },
      error_policy: { mode, retry_count: ATTEMPTS },
      steps: this.#documents,
      finally: this.#random() < 0.3 ? [{ id: "note", ...this.#use(this.#server(), "put", "note"), retry: RETRY }] : [],
    };
    return {
      index: this.#index,
      text: JSON.stringify(document),
      inputs: { token: this.#token },
      outcome: this.#outcome,
      steps: this.#expected,
    };
  }

  #add(): void {
    const luck = this.#random();
    if (luck < 0.28) this.#addCall("look");
    else if (luck < 0.5) this.#addCall("put");
    else if (luck < 0.68) this.#addAct();
    else if (luck < 0.73) this.#addSlow();
    else if (luck < 0.83) this.#addList();
    else if (luck < 0.89) this.#addFallback();
    else if (luck < 0.95) this.#addCached();
    else this.#addWithoutCall();
  }

  /** What decides how the execution ends, when nothing else can happen any more. */
  #addLast(): void {
    if (this.#outcome === "completed") return this.#addCall("look");
    const needs = this.#outcome === "failed_with_rollback" ? this.#documents.map(({ id }) => id) : [];
    this.#documents.push({ id: this.#nextId(), needs, ...this.#use(this.#server(), "refuse", "no") });
  }

  #addCall(tool: "look" | "put"): void {
    const id = this.#nextId();
    const server = this.#server();
    const source = this.#source();
    const from = source === undefined ? {} : { from: `\${{ steps.${source.id}.output.ref }}` };
    const undone = tool === "put" && this.#outcome === "failed_with_rollback";
    this.#push(
      { id, needs: this.#needs(), ...this.#use(server, tool, id, from), retry: RETRY, ...(undone ? this.#undo(server, id) : {}) },
      { server: server.name, tool, undone, ...(source === undefined ? {} : { from: String(source.ref) }) },
    );
  }

  #addAct(): void {
    const id = this.#nextId();
    const server = this.#server();
    const undone = this.#outcome === "failed_with_rollback";
    const probe = this.#use(server, "find", id);
    const asked = this.#random() < 0.8 ? { verify: { tool: probe["tool"], with: probe["with"], happened: "${{ output.found }}" } } : {};
    const care = server.honoursKey ? { retry: RETRY } : { ...asked, fallback: GIVEN_UP };
    this.#push(
      { id, needs: this.#needs(), ...this.#use(server, "act", id), effect: "once", ...care, ...(undone ? this.#undo(server, id) : {}) },
      { server: server.name, tool: "act", undone, fallsBack: server.honoursKey ? "never" : "perhaps" },
    );
  }

  #addSlow(): void {
    const id = this.#nextId();
    const server = this.#server();
    const delayMs = 100 + Math.floor(this.#random() * 300);
    const use = this.#use(server, "slow", id, { delay_ms: delayMs });
    this.#push({ id, needs: this.#needs(), ...use, retry: RETRY, resources: { gpu: 1 } }, { server: server.name, tool: "slow" });
  }

  #addList(): void {
    const id = this.#nextId();
    const server = this.#server();
    const tool = server.honoursKey && this.#random() < 0.4 ? "act" : this.#random() < 0.5 ? "look" : "put";
    const places = Array.from({ length: 2 + Math.floor(this.#random() * 6) }, (_, place) => place);
    const use = this.#use(server, tool, `${id}/\${{ index }}`);
    const items = { for_each: places, max_parallel: 1 + Math.floor(this.#random() * 4) };
    const effect = tool === "act" ? { effect: "once" } : {};
    this.#push(
      { id, needs: this.#needs(), ...items, ...use, ...effect, retry: RETRY },
      { server: server.name, tool, ref: places.map((place) => `${this.#token}/${id}/${place}`) },
    );
  }

  #addFallback(): void {
    const id = this.#nextId();
    const server = this.#server();
    const fallback = { value: { ref: `${this.#token}/${id}` } };
    this.#push(
      { id, needs: this.#needs(), ...this.#use(server, "refuse", id), fallback },
      { server: server.name, tool: "refuse", fallsBack: "always" },
    );
  }

  #addCached(): void {
    const id = this.#nextId();
    const server = this.#server();
    const ref = `shared/${Math.floor(this.#random() * 20)}`;
    const use = { tool: `${server.name}.look`, with: { ref }, timeout: TIMEOUT };
    this.#push(
      { id, needs: this.#needs(), ...use, cache: { ttl: "2s" }, retry: RETRY },
      { server: server.name, tool: "look", ref, cached: true },
    );
  }

  #addWithoutCall(): void {
    const id = this.#nextId();
    const what = this.#random() < 0.5 ? { sleep: "150ms" } : { value: { ref: id } };
    this.#documents.push({ id, needs: this.#needs(), ...what });
  }

  #push(document: StepDocument, expected: Pick<ExpectedStep, "server" | "tool"> & Partial<ExpectedStep>): void {
    const id = String(document["id"]);
    this.#documents.push(document);
    this.#expected.push({ id, ref: `${this.#token}/${id}`, cached: false, fallsBack: "never", undone: false, ...expected });
  }

  #use(server: StormServer, tool: string, name: string, more: object = {}): StepDocument {
    return { tool: `${server.name}.${tool}`, with: { ref: `\${{ inputs.token }}/${name}`, ...more }, timeout: TIMEOUT };
  }

  #undo(server: StormServer, id: string): StepDocument {
    const { tool, with: given } = this.#use(server, "undo", id);
    return { compensate: { tool, with: given, timeout: TIMEOUT, retry: UNDO_RETRY } };
  }

  #nextId(): string {
    return `s${this.#documents.length + 1}`;
  }

  #server(): StormServer {
    return present(this.#servers[Math.floor(this.#random() * this.#servers.length)], "there are servers");
  }

  /** Up to two earlier steps, mostly near ones: some workflows are wide and some are long. */
  #needs(): readonly unknown[] {
    const chosen = new Set<unknown>();
    for (let wish = 0; wish < 2 && this.#documents.length > 0; wish += 1) {
      if (this.#random() < 0.45) continue;
      const back = 1 + Math.floor(this.#random() ** 2 * Math.min(8, this.#documents.length));
      chosen.add(this.#documents.at(-back)?.["id"]);
    }
    return [...chosen];
  }

  /** An earlier step whose answer is read. */
  #source(): ExpectedStep | undefined {
    const sources = this.#expected.filter(({ ref, fallsBack }) => typeof ref === "string" && fallsBack !== "perhaps");
    return this.#random() < 0.5 ? sources[Math.floor(this.#random() * sources.length)] : undefined;
  }
}
