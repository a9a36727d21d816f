import * as z from "zod";
import { systemClock } from "../../src/base/clock.ts";
import type { Clock } from "../../src/base/clock.ts";
import { randomIds } from "../../src/base/ids.ts";
import type { AdmittedCaller, OperationGate } from "../../src/contract/operation-caller.ts";
import { OPERATIONS } from "../../src/contract/operations.ts";
import type { Operation } from "../../src/contract/operation.ts";
import { createHttpApp } from "../../src/http/http-app.ts";
import type { HttpApp } from "../../src/http/guarded-app.ts";
import type { HttpAppPorts } from "../../src/http/http-app.ts";
import { OperationTable } from "../../src/main/operation-table.ts";
import { TuttiError } from "../../src/model/errors.ts";

/** Somebody who was let in, or undefined for a credential that nobody has. */
type Known = Readonly<Record<string, string>>;

/** A gate that knows callers by their keys; without any it asks for nothing. */
export function gateFor(operations: OperationTable, known: Known = {}): OperationGate {
  const asks = Object.keys(known).length > 0;
  return {
    asks,
    async admit(credential): Promise<AdmittedCaller> {
      const tenant = known[credential ?? ""];
      if (asks && tenant === undefined) throw new TuttiError("identity.invalid", "the token is refused", { reason: "it is unknown" });
      return { key: credential ?? "", operations, ...(tenant === undefined ? {} : { tenant }) };
    },
  };
}

/** What an application is asked. */
export interface Asking {
  readonly method?: string;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

export interface HttpWorld extends AsyncDisposable {
  readonly app: HttpApp;
  /** Why requests were answered with 500. */
  readonly faults: unknown[];
  ask(path: string, asking?: Asking): Promise<Response>;
}

/** An application in this process, without a port. */
export function httpWorld(ports: Partial<HttpAppPorts> & { readonly known?: Known; readonly clock?: Clock } = {}): HttpWorld {
  const { known, ...given } = ports;
  const faults: unknown[] = [];
  const app = createHttpApp({
    gate: gateFor(new OperationTable(), known),
    operations: OPERATIONS,
    settings: { allowedHosts: [], allowedOrigins: [] },
    wide: false,
    operator: {
      metrics: () => ({ text: "a 1\n", type: "text/plain; version=0.0.4" }),
      health: async () => ({ well: true, document: { status: "healthy" } }),
    },
    clock: systemClock,
    ids: randomIds,
    version: "1.0.0",
    onFault: (error) => void faults.push(error),
    ...given,
  });
  return {
    app,
    faults,
    ask: async (path, { method, body, headers, address = "127.0.0.1" } = {}) =>
      await app.fetch(
        new Request(`http://127.0.0.1:8113${path}`, {
          method: method ?? (body === undefined ? "GET" : "POST"),
          headers: { host: "127.0.0.1:8113", ...(typeof body === "object" ? { "content-type": "application/json" } : {}), ...headers },
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        }),
        { address },
      ),
    [Symbol.asyncDispose]: async () => await app[Symbol.asyncDispose](),
  };
}

/** An operation that answers with what it was asked. */
export function echoing(about: Partial<Operation<unknown, unknown>> & Pick<Operation<unknown, unknown>, "route" | "input">): {
  readonly operation: Operation<unknown, unknown>;
  readonly table: OperationTable;
} {
  const operation: Operation<unknown, unknown> = {
    name: "echo_input",
    title: "Echo",
    description: "Gives back what it gets.",
    kind: "read",
    repeatable: "always",
    permission: "tutti:read",
    output: z.unknown(),
    ...about,
  };
  return { operation, table: new OperationTable().add(operation, (input) => input) };
}
