import type { Command } from "commander";
import type { ListOptions, PruneOptions, ShowOptions } from "../actions/executions.ts";
import type { ApproveOptions, ResolveOptions, RetryOptions } from "../actions/steer.ts";
import type { CommonOptions } from "../command-context.ts";
import { examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

const ID = "the id of the execution, or a beginning of it that no other has";

/** Adds `tutti executions ...`. Actions are loaded when they run. */
export function addExecutionCommands(program: Command, perform: Perform): void {
  const executions = program
    .command("executions")
    .summary("look at executions, and steer them")
    .description("Look at executions, and steer them.")
    .addHelpText("after", examples("tutti executions list", "tutti executions show 0193f2c7-89ab", "tutti executions resume"));
  addLooking(executions, perform);
  addResuming(executions, perform);
  addAnswering(executions, perform);
  addKeeping(executions, perform);
}

function addLooking(executions: Command, perform: Perform): void {
  withCommonOptions(executions.command("list").summary("list executions, newest first"))
    .description("List executions, newest first.")
    .addOption(executions.createOption("--status <status>", "only these").choices(["active", "executing", "paused", "completed", "failed"]))
    .addOption(
      executions
        .createOption("--outcome <outcome>", "only these")
        .choices(["completed", "partial_success", "validation_failed", "failed", "failed_with_rollback", "rollback_failed", "cancelled"]),
    )
    .option("--workflow <id>", "only of this workflow")
    .option("--all", "also those that other executions have started")
    .option("--limit <number>", "at most so many", "20")
    .option("--cursor <cursor>", "go on where an earlier list ended")
    .addHelpText("after", examples("tutti executions list --status paused", "tutti executions list --workflow order --limit 100 --json"))
    .action((options: ListOptions) =>
      perform(
        () => import("../actions/executions.ts"),
        (actions, context) => actions.list(context, options),
        options,
      ),
    );
  withCommonOptions(executions.command("show").summary("show what happened, what is waited for and what to do next"))
    .description("Show on one screen what happened in an execution, what it waits for and what to do next.")
    .argument("<id>", ID)
    .option("--metrics", "also how well it went: efficiency, overhead, latency, score")
    .addHelpText("after", examples("tutti executions show 0193f2c7-89ab", "tutti executions show 0193f2c7-89ab --metrics"))
    .action((id: string, options: ShowOptions) =>
      perform(
        () => import("../actions/executions.ts"),
        (actions, context) => actions.show(context, id, options),
        options,
      ),
    );
  withCommonOptions(executions.command("events").summary("print the journal of an execution"))
    .description("Print the journal of an execution: every attempt, delay, answer and decision.")
    .argument("<id>", ID)
    .addHelpText(
      "after",
      examples("tutti executions events 0193f2c7-89ab", "tutti executions events 0193f2c7-89ab --json | jq '.events[].type'"),
    )
    .action((id: string, options: CommonOptions) =>
      perform(
        () => import("../actions/executions.ts"),
        (actions, context) => actions.events(context, id, options),
        options,
      ),
    );
  withCommonOptions(executions.command("watch").summary("follow an execution that another process runs"))
    .description("Follow an execution that another process runs, until it has ended or stands still. Exits as 'tutti run' does.")
    .argument("<id>", ID)
    .addHelpText("after", examples("tutti executions watch 0193f2c7-89ab"))
    .action((id: string, options: CommonOptions) =>
      perform(
        () => import("../actions/executions.ts"),
        (actions, context) => actions.watch(context, id, options),
        options,
      ),
    );
}

function addResuming(executions: Command, perform: Perform): void {
  withCommonOptions(executions.command("resume").summary("take up executions that were interrupted, or lift a pause"))
    .description(
      "Take up executions that were interrupted, or lift their pause, and wait for their end. Finished steps are not run again.\n" +
        "Without an id: all that were interrupted. Exits with the worst code: 1 failed, 3 stands still, 2 partial success, 0 completed.",
    )
    .argument("[id...]", ID)
    .addHelpText("after", examples("tutti executions resume", "tutti executions resume 0193f2c7-89ab --json"))
    .action((ids: readonly string[], options: CommonOptions) =>
      perform(
        () => import("../actions/resume.ts"),
        (actions, context) => actions.resume(context, ids, options),
        options,
      ),
    );
  withCommonOptions(executions.command("pause").summary("let the calls in flight end, and start nothing more"))
    .description("Let the calls in flight end and start nothing more, until the execution is resumed. The pause survives a crash.")
    .argument("<id>", ID)
    .addHelpText("after", examples("tutti executions pause 0193f2c7-89ab"))
    .action((id: string, options: CommonOptions) =>
      perform(
        () => import("../actions/steer.ts"),
        (actions, context) => actions.pause(context, id, options),
        options,
      ),
    );
  withCommonOptions(executions.command("cancel").summary("end an execution and undo what it has done"))
    .description("End an execution and undo what it has done; waits until that is done. Exits with 0 when it was cancelled cleanly.")
    .argument("<id>", ID)
    .addHelpText("after", examples("tutti executions cancel 0193f2c7-89ab"))
    .action((id: string, options: CommonOptions) =>
      perform(
        () => import("../actions/steer.ts"),
        (actions, context) => actions.cancel(context, id, options),
        options,
      ),
    );
  withCommonOptions(executions.command("retry").summary("run again what did not succeed, as a new execution"))
    .description(
      "Start a new execution of the same plan and inputs that takes over what had succeeded.\n" +
        "Steps that were undone run again, and so does everything that depends on a step that runs again.",
    )
    .argument("<id>", ID)
    .option("--from <step>", "run this step again in any case")
    .addHelpText("after", examples("tutti executions retry 0193f2c7-89ab", "tutti executions retry 0193f2c7-89ab --from charge"))
    .action((id: string, options: RetryOptions) =>
      perform(
        () => import("../actions/steer.ts"),
        (actions, context) => actions.retry(context, id, options),
        options,
      ),
    );
}

function addAnswering(executions: Command, perform: Perform): void {
  withCommonOptions(executions.command("approve").summary("answer an approval that an execution waits for"))
    .description("Answer an approval that an execution waits for. The answer is recorded once; refusing fails the step.")
    .argument("<id>", ID)
    .argument("[step]", "the step; needed when several wait")
    .option("--refuse", "say no")
    .option("--comment <text>", "why")
    .option("--by <name>", "who says so (default: $USER)")
    .addHelpText(
      "after",
      examples(
        "tutti executions approve 0193f2c7-89ab sign_off",
        `tutti executions approve 0193f2c7-89ab --refuse --comment "too expensive"`,
      ),
    )
    .action((id: string, step: string | undefined, options: ApproveOptions) =>
      perform(
        () => import("../actions/steer.ts"),
        (actions, context) => actions.approve(context, [id, step], options),
        options,
      ),
    );
  withCommonOptions(executions.command("resolve").summary("say whether a call in doubt has taken effect"))
    .description("Say whether a call whose end is not known has taken effect. Nothing guesses: find out first.")
    .argument("<id>", ID)
    .argument("<step>", "the step, or step[3] for one of its items")
    .option("--happened", "it took effect, and must not be sent again")
    .option("--output <json>", "with --happened: what it answered")
    .option("--not-happened", "it did not take effect, and is sent again")
    .option("--fail", "it counts as failed")
    .addHelpText(
      "after",
      examples(
        `tutti executions resolve 0193f2c7-89ab charge --happened --output '{"id": "p-1"}'`,
        "tutti executions resolve 0193f2c7-89ab labels[3] --not-happened",
      ),
    )
    .action((id: string, step: string, options: ResolveOptions) =>
      perform(
        () => import("../actions/steer.ts"),
        (actions, context) => actions.resolve(context, [id, step], options),
        options,
      ),
    );
}

function addKeeping(executions: Command, perform: Perform): void {
  withCommonOptions(executions.command("prune").summary("forget executions that ended long ago"))
    .description("Forget executions that ended longer ago than this, with all that only they needed. This cannot be undone.")
    .requiredOption("--older-than <duration>", "such as 30d or 12h")
    .addHelpText("after", examples("tutti executions prune --older-than 30d"))
    .action((options: PruneOptions) =>
      perform(
        () => import("../actions/executions.ts"),
        (actions, context) => actions.prune(context, options),
        options,
      ),
    );
  withCommonOptions(executions.command("backup").summary("copy the journal, also while executions run"))
    .description("Copy the journal as it is at one moment, also while executions run. The copy works as a data directory.")
    .argument("<dir>", "must not exist")
    .addHelpText("after", examples("tutti executions backup /backups/tutti-monday"))
    .action((directory: string, options: CommonOptions) =>
      perform(
        () => import("../actions/executions.ts"),
        (actions, context) => actions.backup(context, directory, options),
        options,
      ),
    );
  withCommonOptions(executions.command("check").summary("read the whole journal and tell whether it is sound"))
    .description("Read the whole journal and tell whether it is sound. Exits with 69 when it is not.")
    .addHelpText("after", examples("tutti executions check"))
    .action((options: CommonOptions) =>
      perform(
        () => import("../actions/executions.ts"),
        (actions, context) => actions.check(context, options),
        options,
      ),
    );
}
