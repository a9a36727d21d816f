import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the library offers these names (vitest -u writes test/contract/api.txt)", async () => {
  const source = readFileSync("src/index.ts", "utf8");
  const offered = [...source.matchAll(/^export (type )?\{([^}]*)\} from/gm)].flatMap(([, type, names = ""]) =>
    names.split(",").map((name) => `${type === undefined ? "value" : "type "} ${name.trim()}`),
  );
  const names = offered.filter((line) => line.trim() !== "value" && line.trim() !== "type").sort();
  await expect(`${names.join("\n")}\n`).toMatchFileSnapshot("api.txt");
  const values = names.filter((line) => line.startsWith("value")).map((line) => line.slice("value ".length));
  expect(Object.keys(await import("../../src/index.ts")).sort()).toEqual(values);
});
