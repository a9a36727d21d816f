import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname } from "node:path";
import { parseEnv } from "node:util";
import { report } from "../definition/reading.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import { isOpenToOthers } from "./is-open-to-others.ts";

/** What the entries of the configuration file at this path are seen against: its folder, and the files that it names. */
export function fileSurroundings(path: string, environment: Readonly<Record<string, string | undefined>>): EntrySurroundings {
  const own = dirname(path);
  const folder = basename(own) === ".vscode" ? dirname(own) : own;
  return {
    folder,
    variables: { environment, workspaceFolder: folder, userHome: environment["HOME"] ?? homedir() },
    readEnvironmentFile(file, reading) {
      try {
        return parseEnv(readFileSync(file, "utf8")) as Readonly<Record<string, string>>;
      } catch (cause) {
        report(reading, "unreadable-file", `cannot read the environment file: ${(cause as Error).message}`);
        return {};
      }
    },
    readSecretFile(file, reading) {
      try {
        if (isOpenToOthers(statSync(file))) {
          const message = `${file} can be read by other users - "chmod 600 ${file}" keeps it to yourself`;
          report(reading, "open-file", message, { severity: "warning" });
        }
        return readFileSync(file, "utf8").trim();
      } catch (cause) {
        return report(reading, "unreadable-file", `cannot read the file: ${(cause as Error).message}`);
      }
    },
    checkFile(file, reading) {
      try {
        accessSync(file, constants.R_OK);
        if (!statSync(file).isFile()) throw new Error(`${file} is no file`);
      } catch (cause) {
        report(reading, "unreadable-file", `cannot read the file: ${(cause as Error).message}`);
      }
    },
  };
}
