import * as z from "zod";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Output of `check_journal`. */
export interface CheckJournalOutput {
  readonly sound: boolean;
  /** What is damaged, in the words of the store. */
  readonly faults: readonly string[];
}

/** Reads the whole journal and tells whether it is sound. */
export const checkJournal: Operation<Record<string, never>, CheckJournalOutput> = {
  name: "check_journal",
  title: "Check the journal",
  description: "Reads the whole journal, and what is stored beside it, and tells whether it is sound.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:admin",
  input: z.strictObject({}),
  output: wireObject<CheckJournalOutput>({ sound: z.boolean(), faults: z.array(z.string()) }),
};
