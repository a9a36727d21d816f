import { getServerStats } from "../../contract/get-server-stats.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { serverStatsLines } from "../render/server-stats-lines.ts";

/** `tutti servers list --stats` */
export async function stats(context: CommandContext, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "reading", options);
  const result = await session.client.call(getServerStats, {}, { signal: context.signal });
  if (options.json === true) await printDocument(context, getServerStats, result);
  else context.terminal.out.lines(serverStatsLines(result));
  const pid = await session.ownerPid();
  context.terminal.notice(
    pid === undefined
      ? "no process owns the data directory, so nothing is measured: 'tutti serve' and 'tutti run' do while they run"
      : `from process ${pid}`,
  );
  return 0;
}
