import type { Command } from "commander";
import type { AuditListOptions, AuditVerifyOptions } from "../actions/audit.ts";
import type { CommonOptions } from "../command-context.ts";
import { examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds `tutti audit ...`. Actions are loaded when they run. */
export function addAuditCommands(program: Command, perform: Perform): void {
  const audit = program
    .command("audit")
    .summary("look into the audit log, and verify it")
    .description(
      "Look into the log of what was asked, by whom, what was decided and what came of it, and verify that nobody has changed it.",
    )
    .addHelpText("after", examples("tutti audit list --decision denied", "tutti audit verify", "tutti audit head --json > head.json"));
  addList(audit, perform);
  addVerify(audit, perform);
  withCommonOptions(audit.command("head").summary("print the newest checkpoint"))
    .description("Print the newest signed checkpoint. Kept elsewhere, it shows later whether the log was cut or written anew.")
    .addHelpText("after", examples("tutti audit head --json > /elsewhere/head.json"))
    .action((options: CommonOptions) =>
      perform(
        () => import("../actions/audit.ts"),
        (actions, context) => actions.head(context, options),
        options,
      ),
    );
  withCommonOptions(audit.command("key").summary("print the public key that checkpoints can be verified with"))
    .description("Print the public key (PEM) that checkpoints can be verified with. It is no secret.")
    .addHelpText("after", examples("tutti audit key > audit.pub"))
    .action((options: CommonOptions) =>
      perform(
        () => import("../actions/audit.ts"),
        (actions, context) => actions.key(context, options),
        options,
      ),
    );
}

function addList(audit: Command, perform: Perform): void {
  withCommonOptions(audit.command("list").summary("list entries, newest first"))
    .description("List what was asked, by whom, what was decided and what came of it, newest first. All filters must apply.")
    .option("--execution <id>", "only of this execution; a beginning of the id is enough")
    .option("--request <id>", "only of this request")
    .option("--workflow <id>", "only of this workflow")
    .option("--trace <id>", "only of this trace")
    .option("--tenant <name>", "only of this tenant")
    .option("--user <id>", "only of this user")
    .addOption(
      audit.createOption("--action <action>", "only these").choices(["call", "call-ended", "token", "tenant", "claims", "operation"]),
    )
    .addOption(audit.createOption("--decision <decision>", "only these").choices(["allowed", "denied"]))
    .option("--since <moment>", "only from then on: 2026-01-31T09:00:00Z, or 24h for so long ago")
    .option("--until <moment>", "only before then")
    .option("--oldest-first", "in the order in which they were written")
    .option("--limit <number>", "at most so many", "50")
    .option("--cursor <cursor>", "go on where an earlier list ended")
    .addHelpText(
      "after",
      examples("tutti audit list --decision denied --since 24h", "tutti audit list --execution 0193f2c7-89ab --oldest-first --json"),
    )
    .action((options: AuditListOptions) =>
      perform(
        () => import("../actions/audit.ts"),
        (actions, context) => actions.list(context, options),
        options,
      ),
    );
}

function addVerify(audit: Command, perform: Perform): void {
  withCommonOptions(audit.command("verify").summary("tell whether the log is as it was written"))
    .description(
      "Read the whole log and find entries that were changed, taken out or put in, a cut end, and forged signatures.\n" +
        "Exits with 1 when there is something. Only a head that was kept elsewhere shows that a log was put back as it was earlier.",
    )
    .option("--head <file>", "a head that was kept elsewhere, as 'tutti audit head --json' prints it")
    .option("--public-key <file>", "trust the keys in this file, and not the one that is here")
    .addHelpText(
      "after",
      examples("tutti audit verify", "tutti audit verify --head /elsewhere/head.json --public-key /elsewhere/audit.pub"),
    )
    .action((options: AuditVerifyOptions) =>
      perform(
        () => import("../actions/audit.ts"),
        (actions, context) => actions.verify(context, options),
        options,
      ),
    );
}
