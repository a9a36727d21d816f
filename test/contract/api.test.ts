import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The entry points of the package, and the files that show what each of them offers. */
const ENTRIES = [
  { entry: "index.ts", shown: "api.txt" },
  { entry: "envelope.ts", shown: "api-envelope.txt" },
  { entry: "server.ts", shown: "api-server.txt" },
];

test.each(ENTRIES)("$entry offers these names (vitest -u writes test/contract/$shown)", async ({ entry, shown }) => {
  const source = readFileSync(`src/${entry}`, "utf8");
  const offered = [...source.matchAll(/^export (type )?\{([^}]*)\} from/gm)].flatMap(([, type, names = ""]) =>
    names.split(",").map((name) => `${type === undefined ? "value" : "type "} ${name.trim()}`),
  );
  const names = offered.filter((line) => line.trim() !== "value" && line.trim() !== "type").sort();
  await expect(`${names.join("\n")}\n`).toMatchFileSnapshot(shown);
  const values = names.filter((line) => line.startsWith("value")).map((line) => line.slice("value ".length));
  const loaded = (await import(`../../src/${entry}`)) as object;
  expect(Object.keys(loaded).sort()).toEqual(values);
});
