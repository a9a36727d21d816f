import type { Command } from "commander";
import { expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";

const silent = { out: () => undefined, err: () => undefined };

test("every command says how it is used (vitest -u writes test/contract/cli-help.txt)", async () => {
  const program = buildProgram("0.0.0", () => Promise.resolve(), silent);
  const texts = allCommands(program).map((command) => `=== ${pathOf(command)}\n\n${helpOf(command)}`);
  await expect(texts.join("\n")).toMatchFileSnapshot("cli-help.txt");
});

test("every command has a description and an example, and those of the program a summary", () => {
  const commands = allCommands(buildProgram("0.0.0", () => Promise.resolve(), silent));
  const bare = commands.filter((command) => command.description() === "" || (command.parent !== null && command.summary() === ""));
  expect(bare.map(pathOf)).toEqual([]);
  expect(commands.filter((command) => !helpOf(command).includes("Examples:\n")).map(pathOf)).toEqual([]);
});

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.filter((child) => child.name() !== "help").flatMap(allCommands)];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** With what is added below the help, which `helpInformation` leaves out. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}
