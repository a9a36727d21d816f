import { relative } from "node:path";
import { TuttiError } from "../../model/errors.ts";
import { askYesOrNo } from "../ask-on-terminal.ts";
import { printJson } from "../command-context.ts";
import type { CommandContext } from "../command-context.ts";
import type { ClientSource, ProjectPlan, ProjectVariable } from "../host.ts";
import { oneLine } from "../render/safe-text.ts";
import { span } from "../render/span.ts";
import type { Line } from "../render/span.ts";
import { tableLines } from "../render/table.ts";

export interface InitOptions {
  readonly from: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `tutti init [DIR]`: exits with 1 when servers were asked for, and there is a tutti.yaml already that does not get them. */
export async function init(context: CommandContext, directory: string | undefined, options: InitOptions): Promise<number> {
  const { host, terminal } = context;
  const from = await sources(context, directory, options);
  const plan = await host.planProject({ ...(directory === undefined ? {} : { directory }), from });
  await host.makeProject(plan);
  const missed = plan.servers.length > 0 && actionOf(plan, "tutti.yaml") === "keep";
  if (options.json === true) printJson(terminal, documentOf(plan));
  else {
    terminal.out.lines(planLines(plan));
    if (missed) {
      terminal.notice("tutti.yaml was there and stays as it is. These servers would belong into it:");
      terminal.out.write(`\n${plan.serversText}`);
    }
    terminal.noticeLines(nextLines(plan, folderOf(context, plan)));
  }
  return missed ? 1 : 0;
}

/** What is taken over: as it was asked for; else a person decides. Where there is none, nothing is decided for him. */
async function sources(context: CommandContext, directory: string | undefined, options: InitOptions): Promise<readonly string[]> {
  const { host, terminal, signal } = context;
  if (options.from.length > 0) return options.from.filter((from) => from !== "none");
  const found = await host.clientSources(directory);
  if (found.length === 0) return [];
  if (options.yes === true) return found.map(({ from }) => from);
  if (!terminal.interactive || options.json === true) {
    const list = found.map((source) => `${describe(source, context)}, --from ${source.from}`).join("; ");
    const message = `nothing was made: other programs have servers, and nobody can be asked whether they are wanted here (${list})`;
    throw new TuttiError("usage", message, { hint: "say --from for those to take over, --yes for all, or --from none" });
  }
  const taken: string[] = [];
  for (const source of found) {
    if (await askYesOrNo(`Take over ${describe(source, context)}?`, terminal, signal)) taken.push(source.from);
  }
  return taken;
}

function describe({ servers, title, file }: ClientSource, { host }: CommandContext): string {
  const named = servers.length > 5 ? [...servers.slice(0, 5), "..."] : servers;
  const shown = relative(host.workingDirectory, file);
  return `${servers.length} ${servers.length === 1 ? "server" : "servers"} of ${title} (${oneLine(named.join(", "))}) in ${oneLine(shown.startsWith("..") ? file : shown, 400)}`;
}

function actionOf({ files }: ProjectPlan, path: string): string | undefined {
  return files.find((file) => file.path === path)?.action;
}

function folderOf({ host }: CommandContext, { directory }: ProjectPlan): string {
  return relative(host.workingDirectory, directory);
}

function planLines({ files, servers, notes }: ProjectPlan): readonly Line[] {
  const words = { create: span(" ✔ made", "good"), append: span(" ✔ added to", "good"), keep: span(" · kept", "dim") };
  const about: Readonly<Record<string, string>> = {
    "tutti.yaml": servers.length === 0 ? "no servers yet" : oneLine(servers.join(", "), 200),
    "hello.yaml": "a workflow to begin with",
  };
  const rows = files.map(({ path, action }) => [
    words[action],
    span(path, "bold"),
    span(action === "keep" ? "was there already" : (about[path] ?? ""), "dim"),
  ]);
  return [...tableLines(rows), ...notes.map((note) => [span(" !", "warn"), span(` ${oneLine(note, 400)}`)])];
}

function nextLines({ variables }: ProjectPlan, folder: string): readonly Line[] {
  const unset = variables.filter(({ isSet }) => !isSet);
  const wanted = unset.map((variable) => [span(`  export ${variable.name}=...`), span(` # ${oneLine(reason(variable), 300)}`, "dim")]);
  const enter = folder === "" ? [] : [[span(`  cd ${folder}`)]];
  return [
    [],
    ...(unset.length === 0 ? [] : [[span("First set in the environment:", "bold")], ...tableLines(wanted), []]),
    [span("Then:", "bold")],
    ...enter,
    [span("  tutti run hello.yaml")],
    [span("  tutti doctor")],
  ];
}

function reason({ server, place, was, about }: ProjectVariable): string {
  if (was === "secret") return `the secret that stands in ${place} of ${server}`;
  if (was === "environment") return `${place} of ${server}`;
  return about === undefined ? `asked for by ${place} of ${server}` : `${about} (${place} of ${server})`;
}

function documentOf({ directory, files, servers, variables, notes }: ProjectPlan): unknown {
  return {
    directory,
    files: files.map(({ path, action }) => ({ path, action })),
    servers,
    variables: variables.map(({ isSet, ...variable }) => ({ ...variable, set: isSet })),
    notes,
  };
}
