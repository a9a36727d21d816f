import type { ListServersOutput, ServerEntry } from "../contract/list-servers.ts";
import type { ServerConfig } from "../model/server.ts";

/** Lists what is configured; nothing is started. */
export function listServers(servers: readonly ServerConfig[]): ListServersOutput {
  return { servers: servers.map(entryOf) };
}

function entryOf({ name, connection }: ServerConfig): ServerEntry {
  if (connection.kind !== "stdio") return { name, transport: connection.kind, target: publicUrl(connection.url) };
  return { name, transport: "stdio", target: [connection.command, ...publicArguments(connection.args)].join(" ") };
}

/** Without what often is a secret: user, password and query. */
function publicUrl(address: string): string {
  const url = new URL(address);
  return `${url.origin}${url.pathname}`;
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
