import { expect, test } from "vitest";
import { expandVariables } from "./expand-variables.ts";

const variables = { environment: { HOST: "example.org", EMPTY: "", DOLLAR: "${HOST}" }, workspaceFolder: "/work", userHome: "/home/me" };

test.each([
  ["plain text stays", "plain $HOST $$", "plain $HOST $$"],
  ["a variable", "https://${HOST}/mcp", "https://example.org/mcp"],
  ["a variable in the spelling of VS Code", "${env:HOST}", "example.org"],
  ["a default for a variable that is not set", "${PORT:-80}", "80"],
  ["a default for a variable that is empty", "${EMPTY:-x}", "x"],
  ["no default for a variable that is set", "${HOST:-x}", "example.org"],
  ["an empty default", "a${PORT:-}b", "ab"],
  ["an empty variable is set", "a${EMPTY}b", "ab"],
  ["folders", "${workspaceFolder} ${userHome}", "/work /home/me"],
  ["what is put in is not looked at again", "${DOLLAR}", "${HOST}"],
])("%s", (_name, text, expected) => {
  expect(expandVariables(text, variables)).toEqual({ text: expected, faults: [] });
});

test.each([
  ["a ${PORT} b", "unset-variable", "the environment variable PORT is not set - set it, or write ${PORT:-default}", 2, 7],
  [
    "${input:api-key}",
    "unsupported-variable",
    "${input:api-key} asks a person each time, which tutti does not do - use an environment variable such as ${API_KEY}",
    0,
    16,
  ],
  ["${1}", "unsupported-variable", "${1} is no variable - use ${NAME}, ${NAME:-default} or ${workspaceFolder}", 0, 4],
])("%s cannot be expanded, and it says why and where", (text, ...[code, message, offset, length]) => {
  expect(expandVariables(text, variables).faults).toEqual([{ code, message, offset, length }]);
});
