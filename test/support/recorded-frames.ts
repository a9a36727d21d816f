import { existsSync, readFileSync } from "node:fs";
import { isSpecType } from "@modelcontextprotocol/client";
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
 * What is wrong with a frame of a client, by the types that the SDK has from the schema of the specification, and by
 * what the revision that was agreed on asks of every request; none for a good one.
 */
export function frameProblems(frame: JsonObject, agreed: Revision): readonly string[] {
  // What is sent to find out the revision may be of either.
  const asking = typeof frame["id"] === "string" && frame["id"].startsWith("tutti-");
  const wrong = SPEC_TYPES.filter(({ of, is }) => of(frame) && !is(frame)).map(({ name }) => `it is no ${name}`);
  const unknown = Object.keys(frame).filter((key) => !MEMBERS.includes(key));
  const problems = [...wrong, ...unknown.map((key) => `"${key}" is no member of a frame`)];
  if (agreed === "2026-07-28" && !asking && isRequest(frame)) problems.push(...missingMeta(frame));
  return problems.map((problem) => `${JSON.stringify(frame)}: ${problem}`);
}

const MEMBERS: readonly string[] = ["jsonrpc", "id", "method", "params", "result", "error"];

const isRequest = (frame: JsonObject): boolean => frame["method"] !== undefined && frame["id"] !== undefined;
const isNotification = (frame: JsonObject): boolean => frame["method"] !== undefined && frame["id"] === undefined;
const isResponse = (frame: JsonObject): boolean => frame["method"] === undefined;

/** The general and the particular type of each kind of frame. */
const SPEC_TYPES: readonly {
  readonly name: string;
  readonly of: (frame: JsonObject) => boolean;
  readonly is: (frame: unknown) => boolean;
}[] = [
  { name: "JSONRPCRequest", of: isRequest, is: isSpecType.JSONRPCRequest },
  { name: "ClientRequest", of: isRequest, is: isSpecType.ClientRequest },
  { name: "JSONRPCNotification", of: isNotification, is: isSpecType.JSONRPCNotification },
  { name: "ClientNotification", of: isNotification, is: isSpecType.ClientNotification },
  { name: "JSONRPCResponse", of: isResponse, is: isSpecType.JSONRPCResponse },
];

/** Without a handshake every request says what the handshake said (2026-07-28, "Per-request metadata"). */
function missingMeta({ params }: JsonObject): readonly string[] {
  const meta = isJsonObject(params) && isJsonObject(params["_meta"]) ? params["_meta"] : {};
  const [version, capabilities] = ["protocolVersion", "clientCapabilities"].map((name) => meta[`io.modelcontextprotocol/${name}`]);
  const problems: string[] = [];
  if (version !== "2026-07-28") problems.push("its _meta does not name the revision");
  if (!isJsonObject(capabilities)) problems.push("its _meta does not tell the capabilities of the client");
  return problems;
}
