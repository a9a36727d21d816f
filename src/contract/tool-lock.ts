import * as z from "zod";
import type { LockedTool, ToolChange } from "../model/tool-lock.ts";
import { jsonObject } from "./json-value.ts";
import { wireObject } from "./wire-object.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Tools as a lock has them, by `server.tool`. */
export const lockedTools: z.ZodType<Readonly<Record<string, LockedTool>>> = z.record(
  z.string(),
  wireObject<LockedTool>(
    {
      effect: z.enum(["read", "idempotent", "once"]),
      annotations: z.record(z.string(), z.unknown()).exactOptional(),
      inputSha256: sha256,
      inputSchema: jsonObject,
      outputSha256: sha256.exactOptional(),
      outputSchema: jsonObject.exactOptional(),
    },
    { names: { inputSha256: "input_sha256", outputSha256: "output_sha256" } },
  ),
);

/** One thing in which a tool is not as it was. */
export const toolChange: z.ZodType<ToolChange> = wireObject<ToolChange>({
  part: z.enum(["input", "output", "effect", "annotations"]),
  place: z.string(),
  message: z.string(),
  breaks: z.enum(["callers", "readers", "nobody"]),
});
