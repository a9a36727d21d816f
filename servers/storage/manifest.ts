import { createHash } from "node:crypto";
import { z } from "zod";

/** What a backup says of a file in it. */
const manifestFile = z.strictObject({
  path: z.string().min(2).max(1_000),
  version: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  sealed: z.boolean(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** The list of what is in a backup. Its hash is what a backup is known by. */
export const manifestSchema = z.strictObject({
  format: z.literal("tutti-backup-1"),
  backup_id: z.string(),
  label: z.string(),
  prefix: z.string(),
  created_at: z.string(),
  files: z.array(manifestFile),
});

export type Manifest = z.infer<typeof manifestSchema>;

export function printManifest(manifest: Manifest): { readonly text: string; readonly sha256: string } {
  const text = `${JSON.stringify(manifest, undefined, 1)}\n`;
  return { text, sha256: sha256Of(text) };
}

/** The manifest, if it is the one with this hash. */
export function parseManifest(text: string, sha256: string): Manifest | undefined {
  return sha256Of(text) === sha256 ? manifestSchema.parse(JSON.parse(text)) : undefined;
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
