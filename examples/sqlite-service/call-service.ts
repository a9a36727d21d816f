import type { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { type JsonObject, Refusal, type Service, type ServiceTool } from "./service.ts";
import { inTransaction } from "./transaction.ts";

/** One call of a tool, as it arrived. */
export interface ServiceCall {
  readonly tool: string;
  readonly arguments: JsonObject;
  /** For whom; from the context of the call, never from its arguments. */
  readonly tenant: string;
  /** The same for every repetition of a call. */
  readonly key?: string;
  readonly now: Date;
}

/**
 * Does what a call asks. A call with a key that is known gets the answer that the first one got, and does nothing:
 * answer and effect are in one transaction, so neither is there without the other.
 *
 * @throws Refusal - the tool said no, and nothing has changed
 */
export function callService(service: Service, database: DatabaseSync, call: ServiceCall): JsonObject {
  const tool = service.tools.find(({ name }) => name === call.tool);
  if (tool === undefined) throw new Refusal(`there is no tool "${call.tool}"`);
  if (tool.effect === "reads") return tool.run({ database, ...call }, call.arguments);
  return inTransaction(database, () => answerOnce(tool, database, call));
}

function answerOnce(tool: ServiceTool, database: DatabaseSync, call: ServiceCall): JsonObject {
  const { tenant, key } = call;
  if (key === undefined) return tool.run({ database, ...call }, call.arguments);
  const known = database.prepare("SELECT tool, arguments, answer FROM answers WHERE tenant = ? AND key = ?").get(tenant, key);
  if (known !== undefined) {
    const same = known["tool"] === call.tool && isDeepStrictEqual(JSON.parse(String(known["arguments"])), call.arguments);
    if (!same) throw new Refusal(`the idempotency key "${key}" belongs to another call`);
    return JSON.parse(String(known["answer"])) as JsonObject;
  }
  const answer = tool.run({ database, ...call }, call.arguments);
  database
    .prepare("INSERT INTO answers (tenant, key, tool, arguments, answer) VALUES (?, ?, ?, ?, ?)")
    .run(tenant, key, call.tool, JSON.stringify(call.arguments), JSON.stringify(answer));
  return answer;
}
