import { defineEnvelopeTool, type RunningServer, serveEnvelopeTools, type ServeTransport, ToolError } from "../../../src/server.ts";

/** A server of envelope tools in this process, and what it has seen. */
export interface ServedTools extends AsyncDisposable {
  readonly url: string;
  /** Calls of `hold` that are under way. */
  held(): number;
  /** The most of them that were under way at once. */
  most(): number;
  /** How many of them were told to stop. */
  stopped(): number;
  /** Ends all of them. */
  release(): void;
}

/** Serves `echo`, `hold` (it waits until it is released or told to stop) and `refuse` on a free port. */
export async function serveTools(transport: { readonly kind: "http" | "websocket" } & Partial<ServeTransport>): Promise<ServedTools> {
  const holding = new Set<() => void>();
  const seen = { most: 0, stopped: 0 };
  const inputSchema = { type: "object" } as const;
  const echo = defineEnvelopeTool({
    name: "echo",
    description: "Gives back its arguments",
    inputSchema,
    annotations: { readOnlyHint: true },
    execute: ({ data }) => data.parameters,
  });
  const hold = defineEnvelopeTool({
    name: "hold",
    description: "Waits",
    inputSchema,
    async execute(_, { signal, progress }) {
      const done = Promise.withResolvers<void>();
      holding.add(done.resolve);
      seen.most = Math.max(seen.most, holding.size);
      signal.addEventListener("abort", () => {
        seen.stopped += 1;
        done.resolve();
      });
      progress({ progress: 1, total: 2 });
      await done.promise;
      holding.delete(done.resolve);
      return { held: true };
    },
  });
  const refuse = defineEnvelopeTool({
    name: "refuse",
    description: "Says no",
    inputSchema,
    execute() {
      throw new ToolError("the limit is 10", { type: "Validation", code: "TOO_MUCH", details: { limit: 10 } });
    },
  });
  const server: RunningServer = await serveEnvelopeTools(
    { name: "served", version: "1.0.0", tools: [echo, hold, refuse] },
    { port: 0, ...transport },
  );
  return {
    url: server.url ?? "",
    held: () => holding.size,
    most: () => seen.most,
    stopped: () => seen.stopped,
    release: () => holding.forEach((done) => done()),
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
}
