import { checkServers } from "../../contract/check-servers.ts";
import { listServers } from "../../contract/list-servers.ts";
import { listTools } from "../../contract/list-tools.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import type { Session } from "../host.ts";
import { serverTable, toolTable, verdictTable } from "../render/server-tables.ts";

/** `tutti servers list` */
export async function list(context: CommandContext, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "servers", options);
  const result = await session.client.call(listServers, {}, { signal: context.signal });
  if (options.json === true) await printDocument(context, listServers, result);
  else context.terminal.out.lines(serverTable(result.servers));
  tellWhereFrom(context, session);
  return 0;
}

/** `tutti servers check [NAME...]` */
export async function check(context: CommandContext, names: readonly string[], options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "servers", options);
  const result = await session.client.call(checkServers, names.length === 0 ? {} : { servers: names }, { signal: context.signal });
  if (options.json === true) await printDocument(context, checkServers, result);
  else context.terminal.out.lines(verdictTable(result.servers));
  if (result.servers.length === 0) tellWhereFrom(context, session);
  return result.servers.every((verdict) => verdict.status === "available") ? 0 : 69;
}

/** `tutti servers tools [NAME]` */
export async function tools(context: CommandContext, name: string | undefined, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "servers", options);
  const result = await session.client.call(listTools, name === undefined ? {} : { server: name }, { signal: context.signal });
  if (options.json === true) await printDocument(context, listTools, result);
  else context.terminal.out.lines(toolTable(result.tools));
  return 0;
}

function tellWhereFrom({ terminal }: CommandContext, session: Session): void {
  for (const warning of session.warnings) terminal.notice(warning);
  terminal.notice(
    session.configFile === undefined
      ? "no configuration was found: there is no tutti.yaml and no mcp.json here"
      : `from ${session.configFile}`,
  );
}
