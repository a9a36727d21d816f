import { assert } from "../base/assert.ts";
import type { Json } from "../base/json.ts";
import type { CallOptions, OperationClient } from "../client/operation-client.ts";
import type { OperationCaller } from "../contract/operation-caller.ts";
import type { Operation } from "../contract/operation.ts";
import { ADMIN_PERMISSION } from "../model/permissions.ts";
import type { Caller, OperationContext } from "../operations/operation-context.ts";
import { requirePermission } from "../operations/require-permission.ts";
import type { PermissionPorts } from "../operations/require-permission.ts";
import { callByName } from "./call-by-name.ts";

type Handler<Input, Output, Item> = (input: Input, context: OperationContext<Item>) => Promise<Output> | Output;

/** The operations that are carried out in this process, with their handlers, for one caller. */
export class OperationTable implements OperationClient, OperationCaller {
  readonly #caller: Caller;
  readonly #rules: PermissionPorts | undefined;
  #handlers = new Map<string, Handler<never, unknown, unknown>>();
  #operations = new Map<string, Operation<unknown, unknown, unknown>>();

  /**
   * @param caller - who asks; without an identity it is the user of this process, who may do everything
   * @param rules - what others may; without them all that handlers do not refuse
   */
  constructor(caller: Caller = {}, rules?: PermissionPorts) {
    this.#caller = caller;
    this.#rules = rules;
  }

  /** The same operations, asked for by somebody else. */
  for(caller: Caller): OperationTable {
    const table = new OperationTable(caller, this.#rules);
    table.#handlers = this.#handlers;
    table.#operations = this.#operations;
    return table;
  }

  add<Input, Output, Item>(operation: Operation<Input, Output, Item>, handler: Handler<Input, Output, Item>): this {
    assert(!this.#handlers.has(operation.name), `${operation.name} has two handlers`);
    this.#handlers.set(operation.name, handler);
    this.#operations.set(operation.name, operation);
    return this;
  }

  async call<Input, Output, Item>(operation: Operation<Input, Output, Item>, input: Input, options: CallOptions<Item>): Promise<Output> {
    // The types of a handler are those of the operation under whose name it was added.
    const handler = this.#handlers.get(operation.name) as Handler<Input, Output, Item> | undefined;
    assert(handler !== undefined, `${operation.name} cannot be carried out here`);
    await this.#check(operation);
    return await handler(input, { signal: options.signal, tell: options.tell ?? (() => undefined), caller: this.#caller });
  }

  /**
   * Carries out what has come over a wire, and answers for the wire.
   *
   * @throws TuttiError `usage` - there is no such operation, or the input is not what it takes
   */
  async callByName(name: string, document: unknown, options: CallOptions<Json>): Promise<Json> {
    return await callByName(this, { name, operation: this.#operations.get(name), document }, options);
  }

  /** What needs the permission of an administrator asks for it itself, because more hangs on how that is recorded. */
  async #check({ name, permission, kind }: Pick<Operation<never, never>, "name" | "permission" | "kind">): Promise<void> {
    if (this.#rules === undefined || permission === ADMIN_PERMISSION) return;
    await requirePermission({ permission, operation: name, kind }, this.#rules, this.#caller);
  }
}
