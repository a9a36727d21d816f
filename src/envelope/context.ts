import type { Json, JsonObject } from "../base/json.ts";
import { withChildContext } from "./child-meta.ts";
import type { ChildIds } from "./child-meta.ts";
import { ContextError } from "./context-error.ts";
import { frozenCopy } from "./frozen-copy.ts";
import type { Meta, SecurityMeta, StepContext, TracingMeta } from "./meta.ts";
import { refuseWidening } from "./refuse-widening.ts";

/**
 * What a piece of work is done for: tenant, security, tracing and session of a message. It never changes, and what is
 * derived from it is never of another tenant and never has more claims.
 *
 * In Node it is found everywhere inside `runInContext`; where there is no such thing, it is handed on.
 */
export class Context {
  /** A copy, frozen to the bottom. */
  readonly meta: Meta;

  private constructor(meta: Meta) {
    this.meta = frozenCopy(meta);
  }

  /** The context of a message that was just received. Its claims must have been verified. */
  static of(meta: Meta): Context {
    return new Context(meta);
  }

  get tenant(): string | undefined {
    return this.meta.tenant;
  }

  get security(): SecurityMeta | undefined {
    return this.meta.security;
  }

  get tracing(): TracingMeta | undefined {
    return this.meta.tracing;
  }

  /** That of the verified claims, where they have one. */
  get sessionId(): string | undefined {
    return this.meta.security?.sessionId ?? this.meta.sessionId;
  }

  get requestId(): string | undefined {
    return this.meta.requestId;
  }

  /** @throws ContextError `no-tenant` */
  requireTenant(): string {
    if (this.tenant === undefined) throw new ContextError("no-tenant", "No tenant in context");
    return this.tenant;
  }

  extension(name: string): Json | undefined {
    const extensions = this.meta.extensions ?? {};
    return Object.hasOwn(extensions, name) ? extensions[name] : undefined;
  }

  withExtension(name: string, value: Json): Context {
    return this.#with({ extensions: { ...this.meta.extensions, [name]: value } });
  }

  withoutExtension(name: string): Context {
    return this.#with({ extensions: without(this.meta.extensions ?? {}, name) });
  }

  /**
   * A context for a part of the work, with some members of the meta replaced.
   *
   * @throws ContextError `other-tenant` or `more-claims`
   */
  derive(changes: Partial<Meta>): Context {
    return this.#with(changes);
  }

  /** The context of a call that is made as a step of this work: same operation, same trace, one level below. */
  child(step: StepContext, ids: ChildIds): Context {
    return new Context(withChildContext(this.meta, step, ids));
  }

  #with(changes: Partial<Meta>): Context {
    const members = Object.entries<unknown>({ ...this.meta, ...changes }).filter(([, member]) => member !== undefined);
    const meta: Meta = Object.fromEntries(members);
    refuseWidening(this.meta, meta);
    return new Context(meta);
  }
}

function without(extensions: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(extensions).filter(([key]) => key !== name));
}
