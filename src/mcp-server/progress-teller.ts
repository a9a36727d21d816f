import type { ServerContext } from "@modelcontextprotocol/server";

/** One step of progress; without a number it is one more than the last. */
export interface ToldProgress {
  readonly progress?: number;
  readonly total?: number;
  readonly message?: string;
}

/** Sends progress to a client that wants some. It only ever grows, as the protocol demands. */
export function progressTeller({ mcpReq }: Pick<ServerContext, "mcpReq">): (told: ToldProgress) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let last = 0;
  return ({ progress, ...rest }) => {
    const next = progress ?? last + 1;
    if (next <= last) return;
    last = next;
    // When it cannot be sent any more, nobody waits for it.
    mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: next, ...rest } }).catch(() => undefined);
  };
}
