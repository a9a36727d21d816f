import type { Json } from "../base/json.ts";
import { Context } from "./context.ts";
import type { Delegation, Meta, SecurityMeta, TracingMeta } from "./meta.ts";

/** Puts a context together piece by piece, where there is no message to take it from. Each piece replaces an earlier one. */
export class ContextBuilder {
  #meta: Meta = {};

  tenant(tenant: string): this {
    return this.#set({ tenant });
  }

  security(security: SecurityMeta): this {
    return this.#set({ security });
  }

  onBehalfOf(onBehalfOf: Delegation): this {
    return this.#set({ onBehalfOf });
  }

  tracing(tracing: TracingMeta): this {
    return this.#set({ tracing });
  }

  sessionId(sessionId: string): this {
    return this.#set({ sessionId });
  }

  /** A UUID. */
  requestId(requestId: string): this {
    return this.#set({ requestId });
  }

  extension(name: string, value: Json): this {
    return this.#set({ extensions: { ...this.#meta.extensions, [name]: value } });
  }

  /** The builder may go on afterwards; the context stays as it is. */
  build(): Context {
    return Context.of(this.#meta);
  }

  #set(part: Partial<Meta>): this {
    this.#meta = { ...this.#meta, ...part };
    return this;
  }
}
