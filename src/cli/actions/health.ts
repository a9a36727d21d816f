import { checkHealth } from "../../contract/check-health.ts";
import type { HealthState } from "../../model/health.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { Interrupted } from "../interrupted.ts";
import { presentRefusal } from "../present-refusal.ts";
import { healthLines } from "../render/health-lines.ts";
import { refusalOf } from "../report-error.ts";

/** The exit codes of `tutti health`, as monitoring reads them. */
const EXIT_CODES: Readonly<Record<HealthState, number>> = { healthy: 0, degraded: 1, unhealthy: 2, unreachable: 3, unknown: 4 };

/** Nothing was found out, for a reason that is not the servers'. */
const EXIT_CHECKER_FAILED = 4;

/** `tutti health [NAME...]` */
export async function health(context: CommandContext, names: readonly string[], options: CommonOptions): Promise<number> {
  try {
    await using session = await openSession(context, "servers", options);
    const report = await session.client.call(checkHealth, names.length === 0 ? {} : { servers: names }, { signal: context.signal });
    if (options.json === true) await printDocument(context, checkHealth, report);
    else context.terminal.out.lines(healthLines(report));
    for (const warning of session.warnings) context.terminal.notice(warning);
    return EXIT_CODES[report.status];
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    presentRefusal(context.terminal, await refusalOf(error, context.host), options.json === true);
    return EXIT_CHECKER_FAILED;
  }
}
