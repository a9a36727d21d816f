import type { Command } from "commander";
import type { ApplicationsOptions, ApplyOptions, ListPatternsOptions, TargetOptions } from "../actions/patterns.ts";
import type { CommonOptions } from "../command-context.ts";
import { collect, examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

const NAME = "the name of the pattern";

/** Adds `tutti patterns ...`. Actions are loaded when they run. */
export function addPatternCommands(program: Command, perform: Perform): void {
  const patterns = program
    .command("patterns")
    .summary("apply patterns that make components enforce their own rules")
    .description("Apply patterns: templates of workflows that make components enforce their own rules, with what they need.")
    .addHelpText(
      "after",
      examples(
        "tutti patterns list",
        "tutti patterns show infrastructure-enforcement",
        "tutti patterns applications --component database-connections",
      ),
    );
  addLooking(patterns, perform);
  addApplying(patterns, perform);
}

function addLooking(patterns: Command, perform: Perform): void {
  withCommonOptions(patterns.command("list").summary("list the patterns"))
    .description("List the patterns that come with Tutti and those of the pattern directory, with what is wrong with files there.")
    .option("--component <name>", "only those that are meant for such a component")
    .addHelpText("after", examples("tutti patterns list", "tutti patterns list --component database-connections --json"))
    .action((options: ListPatternsOptions) =>
      perform(
        () => import("../actions/patterns.ts"),
        (actions, context) => actions.list(context, options),
        options,
      ),
    );
  withCommonOptions(patterns.command("show").summary("show what a pattern does and needs"))
    .description("Show what a pattern does, what it requires and which parameters it has. With --json also the workflow that it makes.")
    .argument("<name>", NAME)
    .addHelpText("after", examples("tutti patterns show infrastructure-enforcement"))
    .action((name: string, options: CommonOptions) =>
      perform(
        () => import("../actions/patterns.ts"),
        (actions, context) => actions.show(context, name, options),
        options,
      ),
    );
  withCommonOptions(patterns.command("applications").summary("list what patterns were applied to, or show one application"))
    .description("List what patterns were applied to, newest first, or show one application with what was found and what to do next.")
    .argument("[id]", "the id of the application, or a beginning of it that no other has")
    .option("--pattern <name>", "only of this pattern")
    .option("--component <name>", "only to this component")
    .option("--limit <number>", "at most so many", "20")
    .option("--cursor <cursor>", "go on where an earlier list ended")
    .addHelpText("after", examples("tutti patterns applications", "tutti patterns applications 0193f2c7-89ab"))
    .action((id: string | undefined, options: ApplicationsOptions) =>
      perform(
        () => import("../actions/patterns.ts"),
        (actions, context) => actions.applications(context, id, options),
        options,
      ),
    );
}

function addApplying(patterns: Command, perform: Perform): void {
  withTarget(patterns.command("validate").summary("find out whether a pattern can be applied"))
    .description("Find out whether a pattern can be applied to a component. Exits with 65 when something blocks it.")
    .addHelpText(
      "after",
      examples("tutti patterns validate data-validation --component orders -p read_tool=database.query -p 'required=[\"id\"]'"),
    )
    .action((name: string, options: TargetOptions) =>
      perform(
        () => import("../actions/patterns.ts"),
        (actions, context) => actions.validate(context, name, options),
        options,
      ),
    );
  withTarget(patterns.command("apply").summary("apply a pattern to a component"))
    .description(
      "Validate a pattern for a component, and store the workflow that it makes. With --execute also execute it, and wait for its end.\n" +
        "Exits with 65 when something blocks it, else with --execute as 'tutti run' does.",
    )
    .option("--execute", "execute the workflow at once")
    .option("--request-key <key>", "the same key is never carried out twice, also by another process")
    .addHelpText(
      "after",
      examples("tutti patterns apply infrastructure-enforcement --component database-connections --params enforcement.yaml --execute"),
    )
    .action((name: string, options: ApplyOptions) =>
      perform(
        () => import("../actions/patterns.ts"),
        (actions, context) => actions.apply(context, name, options),
        options,
      ),
    );
}

function withTarget(command: Command): Command {
  return withCommonOptions(command)
    .argument("<name>", NAME)
    .requiredOption("--component <name>", "what it is applied to, in your words")
    .option("-p, --param <key=value>", "a parameter; JSON, unless the pattern wants text there", collect, [])
    .option("--params <file>", "a YAML or JSON file with parameters");
}
