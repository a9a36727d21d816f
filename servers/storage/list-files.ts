import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { storagePrefix } from "./storage-path.ts";
import type { StorageService } from "./storage-service.ts";
import { metadataInput } from "./upload-file.ts";

const PAGE_BYTES_MAX = 800_000;

/** `list_files`: the newest versions, in the order of their paths. */
export function listFiles({ index, objects }: StorageService): ToolPlan {
  return defineTool({
    name: "list_files",
    title: "What is kept",
    description:
      "Lists stored files in the order of their paths, with the newest version of each. Ask again with next_cursor while there is one.",
    effect: "reads",
    input: z.strictObject({
      prefix: z.string().min(1).max(1_000).default("/").describe("What their paths begin with"),
      limit: z.int().min(1).max(1_000).default(100).describe("At most so many"),
      cursor: z.string().min(1).max(4_000).optional().describe("next_cursor of the answer before"),
    }),
    output: z.object({
      files: z.array(
        z.object({
          path: z.string(),
          bytes: z.int(),
          sha256: z.string(),
          version: z.int(),
          modified_at: z.string(),
          sealed: z.boolean(),
          replicas: z.int().describe("Zones that have it now"),
          metadata: metadataInput,
        }),
      ),
      next_cursor: z.string().optional(),
    }),
    run: ({ prefix, limit, cursor }, { tenant }) => {
      const after = cursor === undefined ? "" : afterOf(cursor);
      const found = index.list(tenant, { prefix: storagePrefix(prefix), after, limit: limit + 1 });
      const files = [];
      let bytes = 0;
      for (const { at, replication, ...version } of found.slice(0, limit)) {
        bytes += JSON.stringify(version).length * 2;
        if (files.length > 0 && bytes > PAGE_BYTES_MAX) break;
        const replicas = objects.holders({ tenant, replication, ...version }).length;
        files.push({ ...version, metadata: { ...version.metadata }, modified_at: at, replicas });
      }
      const last = files.at(-1);
      return files.length < found.length && last !== undefined
        ? { files, next_cursor: Buffer.from(last.path).toString("base64url") }
        : { files };
    },
  });
}

function afterOf(cursor: string): string {
  const path = Buffer.from(cursor, "base64url").toString("utf8");
  if (Buffer.from(path).toString("base64url") !== cursor || !path.startsWith("/"))
    throw refuse("the cursor is none that list_files has given");
  return path;
}
