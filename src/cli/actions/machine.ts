import { placesOf, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { span } from "../render/span.ts";

export interface MachineOptions extends CommonOptions {
  readonly join: string;
  readonly name: string;
  readonly insecure?: true;
}

/** `tutti machine`: ends with 0 when it is told to end, also when that is before it has begun. */
export async function machine({ host, terminal, signal }: CommandContext, options: MachineOptions): Promise<number> {
  const { join, name, insecure } = options;
  let told = false;
  try {
    await host.machine({
      ...placesOf(options),
      join,
      name,
      ...(insecure === undefined ? {} : { insecure }),
      log: (line) => terminal.err.write(`${line}\n`),
      joined: () => {
        // That it has come back stands in the log.
        if (told) return;
        told = true;
        if (options.json === true) printJson(terminal, { machine_id: name, hub: join, pid: process.pid });
        else terminal.out.lines([[span("joined "), span(join, "bold"), span(` as ${name}`)]]);
      },
      signal,
    });
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
  return 0;
}
