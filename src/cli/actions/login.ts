import { placesOf, printJson } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { span } from "../render/span.ts";

/** `tutti servers login NAME` */
export async function login({ host, terminal, signal }: CommandContext, server: string, options: CommonOptions): Promise<number> {
  const { tools } = await host.logIn({
    ...placesOf(options),
    server,
    // Not on stdout: that may be for a program, and the person sits before the terminal in any case.
    show: (page) => terminal.notice(`log in to ${server} here, then come back: ${page.href}`),
    log: (line) => terminal.notice(line),
    signal,
  });
  if (options.json === true) printJson(terminal, { server, logged_in: true, tools });
  else terminal.out.lines([[span("logged in to "), span(server, "bold"), span(`, which offers ${tools} tools`)]]);
  return 0;
}

/** `tutti servers logout NAME` */
export async function logout({ host, terminal }: CommandContext, server: string, options: CommonOptions): Promise<number> {
  await host.logOut({ ...placesOf(options), server });
  if (options.json === true) printJson(terminal, { server, logged_in: false });
  else terminal.out.lines([[span("the login of "), span(server, "bold"), span(" is forgotten")]]);
  return 0;
}
