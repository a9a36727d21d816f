import { isTuttiError } from "../../model/errors.ts";
import { openSession } from "../command-context.ts";
import type { CommandContext } from "../command-context.ts";
import { tellInterrupted } from "./run.ts";

/** `tutti` alone: how it is used, and what waits here to be taken up. */
export async function overview(context: CommandContext, showHelp: () => void): Promise<number> {
  showHelp();
  try {
    await using session = await openSession(context, "reading", {});
    await tellInterrupted(context, session);
  } catch (error) {
    // Whoever asks how the command is used is not told what is wrong with a journal or a configuration.
    if (!isTuttiError(error)) throw error;
  }
  return 0;
}
