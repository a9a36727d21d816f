import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, problemsOf } from "../../test/support/config-folder.ts";
import { loadConfig } from "./config.ts";
import type { Environment } from "./environment-settings.ts";

const FILE = "serve: { host: 127.0.0.4, port: 4 }\ndata_dir: d4\npattern_dir: p4\n";

const TUTTI = { TUTTI_HOST: "127.0.0.2", TUTTI_PORT: "2", TUTTI_DATA_DIR: "d2", TUTTI_PATTERN_DIR: "p2" };

const CAELUM = {
  CAELUM_WORKFLOW_ORCHESTRATION_HOST: "127.0.0.3",
  CAELUM_WORKFLOW_ORCHESTRATION_PORT: "3",
  CAELUM_WORKFLOW_DATA_DIR: "d3",
  CAELUM_WORKFLOW_PATTERN_DIR: "p3",
};

const FLAGS = { host: "[::1]", port: 1, dataDirectory: "d1" };

test.each<{ name: string; environment: Environment; flags?: typeof FLAGS; file: string; host?: string; from: number | undefined }>([
  { name: "what was asked for", environment: { ...TUTTI, ...CAELUM }, flags: FLAGS, file: FILE, host: "::1", from: 1 },
  { name: "TUTTI_ variables", environment: { ...TUTTI, ...CAELUM }, file: FILE, host: "127.0.0.2", from: 2 },
  { name: "CAELUM_ variables", environment: CAELUM, file: FILE, host: "127.0.0.3", from: 3 },
  { name: "the file", environment: {}, file: FILE, host: "127.0.0.4", from: 4 },
  { name: "variables that are empty, and then the file", environment: emptied(TUTTI, CAELUM), file: FILE, host: "127.0.0.4", from: 4 },
  { name: "nothing", environment: {}, file: "", from: undefined },
])("of flags, TUTTI_, CAELUM_ and the file the first counts: $name", ({ environment, flags = {}, file, host, from }) => {
  using folder = folderWith({ "conf/tutti.yaml": file });
  const config = loadConfig({ workingDirectory: folder.path, environment, configFile: "conf/tutti.yaml", ...flags });
  const in4 = from === 4 ? "conf" : "";
  expect([config.serve.host, config.serve.port]).toEqual([host, from]);
  expect(config.dataDirectory).toBe(join(folder.path, in4, from === undefined ? ".tutti" : `d${from}`));
  // No flag names the patterns.
  const patterns = from === 1 ? 2 : from;
  expect(config.patternDirectory).toBe(patterns === undefined ? undefined : join(folder.path, in4, `p${patterns}`));
});

function emptied(...families: readonly Environment[]): Environment {
  return Object.fromEntries(families.flatMap((family) => Object.keys(family).map((name) => [name, ""])));
}

test("what is wrong in the environment is told with what is wrong in the file, each by its name", () => {
  using folder = folderWith({ "tutti.yaml": "nope: 1\n" });
  const environment = {
    TUTTI_PORT: "99999",
    TUTTI_HOST: "http://0.0.0.0",
    CAELUM_WORKFLOW_DATA_DIR: "a\nb",
    // Nobody looks at it, because TUTTI_PORT counts.
    CAELUM_WORKFLOW_ORCHESTRATION_PORT: "x",
  };
  expect(problemsOf(() => loadConfig({ workingDirectory: folder.path, environment }))).toEqual([
    'CAELUM_WORKFLOW_DATA_DIR:1:1: "CAELUM_WORKFLOW_DATA_DIR" must not have the character of a new line in it',
    'TUTTI_HOST:1:1: "http://0.0.0.0" is not allowed here: a name or an address such as "127.0.0.1", "::1" or "0.0.0.0", without a port',
    'TUTTI_PORT:1:1: "TUTTI_PORT" must be a whole number from 0 to 65535, not 99999',
    expect.stringMatching(/^tutti\.yaml:1:1: unknown key "nope"/),
  ]);
});

test.each(["abc", "-1", "1.5", "0x50", " 80"])("%o is no port", (written) => {
  using folder = folderWith({});
  expect(problemsOf(() => loadConfig({ workingDirectory: folder.path, environment: { TUTTI_PORT: written } }))).toEqual([
    `TUTTI_PORT:1:1: "TUTTI_PORT" must be a whole number, not "${written}"`,
  ]);
});

test("what Kubernetes says of a service called tutti is not taken for a setting", () => {
  using folder = folderWith({});
  const environment = { TUTTI_PORT: "tcp://10.0.0.1:8113", CAELUM_WORKFLOW_ORCHESTRATION_PORT: "9" };
  expect(loadConfig({ workingDirectory: folder.path, environment }).serve.port).toBe(9);
});
