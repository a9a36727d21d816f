import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import type { ReadObject } from "./object-store.ts";
import { storagePath } from "./storage-path.ts";
import type { StorageService } from "./storage-service.ts";

/** As a text in JSON, of which a control character takes six. */
const ANSWER_BYTES_MAX = 1_000_000;

/** `download_file`: gives a version back, as a file of the exchange or as text. */
export function downloadFile({ index, objects, exchange }: StorageService): ToolPlan {
  return defineTool({
    name: "download_file",
    title: "Get a file back",
    description:
      "Gives a stored file: to a file of the exchange, or without `file` as its content when it is small. Its hash is checked, and replicas that are bad are mended.",
    effect: "repeatable",
    input: z.strictObject({
      path: z.string().min(2).max(1_000).describe("Where it is kept"),
      version: z.int().min(1).optional().describe("Default: the newest"),
      file: exchangeName.optional().describe("Name in the exchange. What is there is replaced"),
    }),
    output: z.object({
      path: z.string(),
      version: z.int(),
      bytes: z.int(),
      sha256: z.string(),
      sealed: z.boolean(),
      file: z.string().optional(),
      content: z.string().optional(),
      encoding: z.enum(["utf-8", "base64"]).optional().describe("How the content is written: bytes that are no text in Base64"),
      replica: z.string().describe("The zone that it came from"),
      repaired: z.array(z.string()).describe("Zones whose replica was bad or missing, and is good now"),
    }),
    run: async ({ path, version, file }, { tenant, signal }) => {
      const found = index.find(tenant, storagePath(path), version);
      if (found === undefined)
        throw refuse(version === undefined ? `there is no file "${path}"` : `there is no version ${version} of "${path}"`);
      const { bytes, sha256, sealed } = found;
      const object = { tenant, sha256, bytes, replication: found.replication };
      const about = { path, version: found.version, bytes, sha256, sealed };
      if (file !== undefined) {
        let read: ReadObject | undefined;
        await exchange.write(tenant, file, async (place) => {
          read = await objects.copyTo(object, { path: place }, signal);
        });
        return { ...about, file, replica: read?.replica ?? "", repaired: [...(read?.repaired ?? [])] };
      }
      if (bytes > ANSWER_BYTES_MAX)
        throw refuse(`"${path}" has ${bytes} bytes, which is too much for an answer: name a file of the exchange`);
      const parts: Buffer[] = [];
      const { replica, repaired } = await objects.copyTo(object, { parts }, signal);
      const content = textOf(Buffer.concat(parts));
      if (Buffer.byteLength(JSON.stringify(content)) > ANSWER_BYTES_MAX)
        throw refuse(`"${path}" is too much for an answer: name a file of the exchange`);
      return { ...about, ...content, replica, repaired: [...repaired] };
    },
  });
}

function textOf(bytes: Buffer): { readonly content: string; readonly encoding: "utf-8" | "base64" } {
  try {
    return { content: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), encoding: "utf-8" };
  } catch {
    return { content: bytes.toString("base64"), encoding: "base64" };
  }
}
