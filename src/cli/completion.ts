import type { Command } from "commander";

/** A command as a shell completes it. */
export interface CompletedCommand {
  /** The words that lead to it: `["executions", "list"]`; none for the program itself. */
  readonly path: readonly string[];
  readonly words: readonly { readonly word: string; readonly about: string }[];
  /** Whether it takes files or directories. */
  readonly files: boolean;
}

export type Shell = "bash" | "zsh" | "fish";

/** What can be completed, read off the commands themselves. */
export function completedCommands(program: Command, path: readonly string[] = []): readonly CompletedCommand[] {
  const subcommands = program.commands.filter((command) => command.name() !== "help");
  const words = [
    ...subcommands.map((command) => ({ word: command.name(), about: command.summary() })),
    ...program.options
      .filter((option) => !option.hidden)
      .map((option) => ({ word: option.long ?? option.flags, about: option.description })),
    { word: "--help", about: "show how it is used" },
  ];
  const files = program.registeredArguments.some((argument) => /file|dir/.test(argument.name()));
  return [{ path, words, files }, ...subcommands.flatMap((command) => completedCommands(command, [...path, command.name()]))];
}

/** The script that teaches a shell to complete. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return `#compdef tutti\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`;
    case "fish":
      return fishScript(commands);
  }
}

/** The longest path that the words so far begin with decides. */
function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    ({ path, words, files }) => `    "${path.join(" ")}") words="${words.map(({ word }) => word).join(" ")}"; files=${files ? 1 : 0} ;;`,
  );
  const paths = commands.filter(({ path }) => path.length > 0).map(({ path }) => `"${path.join(" ")}"`);
  return `_tutti() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words="" files=0 word candidate known
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    candidate="\${path:+$path }$word"
    for known in ${paths.join(" ")}; do
      [ "$candidate" = "$known" ] && path="$candidate"
    done
  done
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --config|--params|--data-dir) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "$files" = 1 ] && COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _tutti tutti
`;
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, words, files }) => {
    const condition = fishCondition(path, commands);
    const completions = words.map(({ word, about }) => {
      const how = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c tutti -n '${condition}' ${files ? "" : "-f "}${how} -d '${about.replaceAll("'", "\\'")}'`;
    });
    return completions;
  });
  return `${lines.join("\n")}\n`;
}

function fishCondition(path: readonly string[], commands: readonly CompletedCommand[]): string {
  const [group, verb] = path;
  const below = commands.filter((command) => command.path.length === 2 && command.path[0] === group).map((command) => command.path[1]);
  if (group === undefined) return "__fish_use_subcommand";
  if (verb !== undefined) return `__fish_seen_subcommand_from ${group}; and __fish_seen_subcommand_from ${verb}`;
  const outside = below.length === 0 ? "" : `; and not __fish_seen_subcommand_from ${below.join(" ")}`;
  return `__fish_seen_subcommand_from ${group}${outside}`;
}
