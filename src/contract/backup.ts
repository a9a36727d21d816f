import * as z from "zod";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `backup`. */
export interface BackupInput {
  /** Absolute; it must not exist. */
  readonly directory: string;
}

/** Output of `backup`. */
export interface BackupOutput {
  readonly directory: string;
}

/** Copies the journal, also while executions run. */
export const backup: Operation<BackupInput, BackupOutput> = {
  name: "backup",
  title: "Back up the journal",
  description:
    "Copies the journal and the stored workflows to a directory, as they are at one moment, also while executions run. The copy works as a data directory.",
  kind: "read",
  repeatable: "never",
  permission: "tutti:admin",
  input: wireObject<BackupInput>({ directory: z.string().min(1) }),
  output: wireObject<BackupOutput>({ directory: z.string() }),
};
