import { statSync } from "node:fs";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import { checkSealing } from "./sealing-policy.ts";
import { storagePath } from "./storage-path.ts";
import type { StorageService } from "./storage-service.ts";

const CONTENT_CHARACTERS_MAX = 2 ** 20;
const METADATA_MAX = 50;

/** What is kept beside a file. */
export const metadataInput = z
  .record(z.string().min(1).max(100), z.union([z.string().max(1_000), z.number(), z.boolean()]))
  .refine((metadata) => Object.keys(metadata).length <= METADATA_MAX, `at most ${METADATA_MAX} entries`);

/** `upload_file`: makes the next version of a file. */
export function uploadFile(service: StorageService): ToolPlan {
  const { index, objects, exchange, policy } = service;
  return defineTool({
    name: "upload_file",
    title: "Keep a file",
    description:
      "Stores a file of the exchange, or a text, as the next version at a path, with copies in several zones. Older versions stay. " +
      "To undo it: backup_data with `remove` and the version.",
    effect: "changes",
    input: z.strictObject({
      file: exchangeName.optional().describe("A file of the exchange; this or content"),
      content: z.string().max(CONTENT_CHARACTERS_MAX).optional().describe("A text; this or file"),
      path: z.string().min(2).max(1_000).describe("Where it is kept, such as /models/x.onnx"),
      metadata: metadataInput.default({}).describe("What is to be known of it: text, numbers, true or false"),
      replication: z.int().min(1).max(16).optional().describe("In how many zones. Default 3, or all when there are fewer"),
      sealed_only: z
        .boolean()
        .default(false)
        .describe("Refuses it unless it is sealed for this path. Below some folders that is always so"),
    }),
    output: z.object({
      path: z.string(),
      version: z.int(),
      bytes: z.int(),
      sha256: z.string(),
      replicas: z.array(z.string()),
      degraded: z.boolean().describe("There are fewer replicas than wanted; they are made when the zones are back"),
      sealed: z.boolean(),
    }),
    run: async ({ file, content, path, metadata, replication = policy.replication, sealed_only: sealedOnly }, scope) => {
      const { tenant, signal, now } = scope;
      storagePath(path);
      if (replication > policy.zones) throw refuse(`replication is ${replication}, and there are ${policy.zones} zones`);
      const source = contentOf({ file, content }, (name) => exchange.existing(tenant, name));
      if (source.bytes > policy.fileBytesMax)
        throw refuse(`a file has at most ${policy.fileBytesMax} bytes, and this one has ${source.bytes}`);
      let sealed = false;
      const check = (copy: string): void => void (sealed = checkSealing(copy, { tenant, path, sealedOnly }, policy));
      const put = await objects.put({ ...source, tenant, replication, signal, check });
      try {
        const { sha256, bytes, replicas, id } = put;
        return scope.once(() => {
          const version = index.add(tenant, { path, sha256, bytes, replication, sealed, metadata, at: now.toISOString() }, id);
          return { path, version, bytes, sha256, replicas: [...replicas], degraded: replicas.length < replication, sealed };
        });
      } finally {
        objects.release(put.id);
      }
    },
  });
}

function contentOf(
  { file, content }: { readonly file: string | undefined; readonly content: string | undefined },
  pathOf: (name: string) => string,
): { readonly path?: string; readonly content?: Buffer; readonly bytes: number } {
  if (file !== undefined && content === undefined) {
    const path = pathOf(file);
    return { path, bytes: statSync(path).size };
  }
  if (content === undefined || file !== undefined) throw refuse("either file or content is wanted, and one of them only");
  if (!content.isWellFormed()) throw refuse("the content is no Unicode text");
  const bytes = Buffer.from(content);
  return { content: bytes, bytes: bytes.length };
}
