import type { Command } from "commander";
import type { CommonOptions } from "../command-context.ts";
import { examples, withCommonOptions } from "./perform.ts";
import type { Perform } from "./perform.ts";

/** Adds `tutti servers login` and `tutti servers logout`. */
export function addLoginCommands(servers: Command, perform: Perform): void {
  withCommonOptions(servers.command("login").summary("log in to a server that wants to know who is asking"))
    .description(
      "Log in to a server that is configured with oauth: prints the page where that is done, and waits for it. The\n" +
        "login is kept in the data directory, readable for this user alone, and renewed without asking while the server allows it.",
    )
    .argument("<name>", "the server")
    .addHelpText("after", examples("tutti servers login tracker"))
    .action((name: string, options: CommonOptions) =>
      perform(
        () => import("../actions/login.ts"),
        (actions, context) => actions.login(context, name, options),
        options,
      ),
    );
  withCommonOptions(servers.command("logout").summary("forget the login of a server"))
    .description("Forget the login of a server. What was granted there is granted until it expires, or is taken back there.")
    .argument("<name>", "the server")
    .addHelpText("after", examples("tutti servers logout tracker"))
    .action((name: string, options: CommonOptions) =>
      perform(
        () => import("../actions/login.ts"),
        (actions, context) => actions.logout(context, name, options),
        options,
      ),
    );
}
