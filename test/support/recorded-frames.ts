import { existsSync, readFileSync } from "node:fs";
import { Validator } from "@cfworker/json-schema";
import { isJsonObject, type Json, type JsonObject } from "../../src/base/json.ts";

/** The frames that `recording-proxy.ts` has written down: what a client has sent, in order. */
export function recordedFrames(log: string): readonly JsonObject[] {
  const text = existsSync(log) ? readFileSync(log, "utf8") : "";
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const frame = JSON.parse(line) as Json;
      if (!isJsonObject(frame)) throw new TypeError(`${line} is no frame`);
      return frame;
    });
}

export type Revision = "2025-11-25" | "2026-07-28";

/**
 * What is wrong with a frame of a client, by the schema of the revision that was agreed on; none for a good one. What is
 * sent to find out the revision may be of either.
 */
export function frameProblems(frame: JsonObject, agreed: Revision): readonly string[] {
  const asking = typeof frame["id"] === "string" && frame["id"].startsWith("tutti-");
  const revisions: readonly Revision[] = asking ? ["2025-11-25", "2026-07-28"] : [agreed];
  const problems = revisions.map((revision) => problemsIn(frame, revision));
  return problems.find((found) => found.length === 0) ?? problems.flat();
}

function problemsIn(frame: JsonObject, revision: Revision): readonly string[] {
  const wrong = definitionsOf(frame).filter((name) => !validator(revision, name).validate(frame).valid);
  const unknown = Object.keys(frame).filter((key) => !["jsonrpc", "id", "method", "params", "result", "error"].includes(key));
  return [...wrong.map((name) => `no ${name} of ${revision}`), ...unknown.map((key) => `"${key}" is no member of a frame`)].map(
    (problem) => `${JSON.stringify(frame)}: ${problem}`,
  );
}

/** The schemas of a message, the general and the particular one. */
function definitionsOf(frame: JsonObject): readonly string[] {
  if (frame["method"] === undefined) return ["JSONRPCResponse"];
  return frame["id"] === undefined ? ["JSONRPCNotification", "ClientNotification"] : ["JSONRPCRequest", "ClientRequest"];
}

const validators = new Map<string, Validator>();

function validator(revision: string, name: string): Validator {
  const key = `${revision}/${name}`;
  const known = validators.get(key);
  if (known !== undefined) return known;
  const schema = JSON.parse(readFileSync(new URL(`mcp-schema/${revision}.json`, import.meta.url), "utf8")) as object;
  const made = new Validator({ ...schema, $ref: `#/$defs/${name}` }, "2020-12", false);
  validators.set(key, made);
  return made;
}
