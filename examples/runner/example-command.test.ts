import { expect, test } from "vitest";
import { readExampleCommand } from "./example-command.ts";

test.each([
  [["--all"], { resume: false, inputs: [], settings: [] }],
  [["bi-dashboard"], { name: "bi-dashboard", resume: false, inputs: [], settings: [] }],
  [["bi-dashboard", "--resume"], { name: "bi-dashboard", resume: true, inputs: [], settings: [] }],
  [
    ["model-training", "--rows", "600", "-p", "ask=true", "--param", "name=a=b"],
    { name: "model-training", resume: false, inputs: ["ask=true", "name=a=b"], settings: ["--rows", "600"] },
  ],
])("%j is understood", (words, command) => {
  expect(readExampleCommand(words)).toEqual(command);
});

test.each([
  [[], "say which example"],
  [["--resume", "bi-dashboard"], 'the name of an example comes first, not "--resume"'],
  [["bi-dashboard", "-p"], '-p wants KEY=VALUE behind it, not ""'],
  [["bi-dashboard", "-p", "ask"], '-p wants KEY=VALUE behind it, not "ask"'],
])("%j is refused", (words, message) => {
  expect(() => readExampleCommand(words)).toThrow(message);
});
