import { Semaphore } from "../base/semaphore.ts";
import type { Operation } from "../contract/operation.ts";
import type { Access, CliHost, Places, Session } from "./host.ts";
import type { Terminal } from "./terminal.ts";

/** Options that all commands have. */
export interface CommonOptions {
  readonly config?: string;
  readonly dataDir?: string;
  /** One JSON document on stdout, and nothing else there. */
  readonly json?: boolean;
}

/** What every command is given. */
export interface CommandContext {
  readonly host: CliHost;
  readonly terminal: Terminal;
  /** Aborts with an `Interrupted` when the command is to end. */
  readonly signal: AbortSignal;
}

/** Where the options say that configuration and data are. */
export function placesOf(options: CommonOptions, workflowFile?: string): Places {
  return {
    ...(options.config === undefined ? {} : { configFile: options.config }),
    ...(options.dataDir === undefined ? {} : { dataDirectory: options.dataDir }),
    ...(workflowFile === undefined ? {} : { workflowFile }),
  };
}

/** Opens what a command needs. Servers can ask a person only when there is one and stdout is not for a program. */
export async function openSession(
  { host, terminal }: CommandContext,
  access: Access,
  options: CommonOptions & { readonly workflowFile?: string },
): Promise<Session> {
  const turn = new Semaphore(1);
  return await host.open({
    access,
    ...placesOf(options, options.workflowFile),
    async ask(question, signal) {
      if (!terminal.interactive || options.json === true) return undefined;
      // Calls run side by side, but a person answers one question after the other.
      using _turn = await turn.acquire(signal);
      const { askOnTerminal } = await import("./ask-on-terminal.ts");
      return await askOnTerminal(question, terminal, signal);
    },
    notice: (message) => terminal.notice(message),
  });
}

/** Prints what an operation answered as one JSON document. */
export async function printDocument<Output>(
  context: CommandContext,
  operation: Pick<Operation<unknown, Output>, "output">,
  output: Output,
): Promise<void> {
  printJson(context.terminal, await documentOf(operation, output));
}

/** What an operation answered, as it goes over a wire. */
export async function documentOf<Output>({ output: schema }: Pick<Operation<unknown, Output>, "output">, output: Output): Promise<unknown> {
  // Loaded here, because help and usage errors must not wait for it.
  const { encode } = await import("zod");
  return encode(schema, output);
}

/** Prints one JSON document. */
export function printJson(terminal: Terminal, document: unknown): void {
  terminal.out.write(`${JSON.stringify(document, null, 2)}\n`);
}
