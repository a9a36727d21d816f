import type { ServerAddress } from "./server.ts";

/** Where a server is, for people: the command line or the address, without what often is a secret. */
export function publicAddress(connection: ServerAddress): string {
  if (connection.kind === "stdio") return [connection.command, ...publicArguments(connection.args)].join(" ");
  if (connection.kind === "built-in") return "in this process";
  if (connection.kind === "machine") return `machine ${connection.machine}`;
  // Neither user and password nor the query: keys are often there.
  const url = URL.parse(connection.url);
  return url === null ? "an address that is none" : `${url.origin}${url.pathname}`;
}

/** `--api-key=abc` and `--token abc` show their names only. */
function publicArguments(args: readonly string[]): readonly string[] {
  const secretName = /(key|token|secret|password|credential)s?$/i;
  return args.map((argument, index) => {
    const before = args[index - 1];
    if (before !== undefined && before.startsWith("-") && secretName.test(before)) return "***";
    const [name = ""] = argument.split("=", 1);
    return name !== argument && secretName.test(name) ? `${name}=***` : argument;
  });
}
