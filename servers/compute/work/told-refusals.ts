import { ToolError } from "tutti/server";
import { refuse } from "../../kit/reference-server.ts";
import { Refusal } from "./refusal.ts";

/** Does work whose refusals, and whose end when the call is cancelled, are told to whoever called. */
export async function toldRefusals<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw new ToolError("the call was cancelled, and nothing is left of its work", { type: "External", cause: error });
    throw error instanceof Refusal ? refuse(error.message) : error;
  }
}
