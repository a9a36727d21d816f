import type { Command } from "commander";
import type { MachineOptions } from "../actions/machine.ts";
import { examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds `tutti machine`. */
export function addMachineCommand(program: Command, perform: Perform): void {
  withCommonOptions(program.command("machine").summary("carry out tasks for a cluster until told to end"))
    .description(
      "Join the cluster of a 'tutti serve' and carry out what it assigns to this machine, with the\n" +
        "servers of this machine's own tutti.yaml. Its cluster.key must be that of the hub. Joins again\n" +
        "whenever the connection is lost. When told to end (Ctrl-C, SIGTERM) it takes no more, and lets\n" +
        "tasks end for 30 s. The log goes to stderr, one JSON object on each line.",
    )
    .requiredOption("--join <url>", "where the hub is: ws://127.0.0.1:8080, wss://hub.example.org:8080")
    .requiredOption("--name <name>", "the name of this machine, by which tasks are sent to it")
    .option("--insecure", "send to a hub on another machine without encryption")
    .addHelpText("after", examples("tutti machine --join ws://127.0.0.1:8080 --name gpu-1"))
    .action((options: MachineOptions) =>
      perform(
        () => import("../actions/machine.ts"),
        (actions, context) => actions.machine(context, options),
        options,
      ),
    );
}
