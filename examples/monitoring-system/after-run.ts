import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { toldLine } from "../runner/told-line.ts";

interface AfterRun {
  readonly out: string;
  readonly result: { readonly output: unknown };
}

interface Found {
  readonly health?: string;
  readonly problems?: readonly { readonly name: string; readonly status: string }[];
}

/** What was found, and where it can be seen. */
export async function afterRun({ out, result: { output } }: AfterRun): Promise<readonly string[]> {
  const { health, problems = [] } = (output ?? {}) as Found;
  const letters = filesBelow(join(out, "mail"), ".eml").length;
  return [
    ...(health === undefined
      ? []
      : [toldLine("health", [health, ...problems.map(({ name, status }) => `${name} is ${status}`)].join(", "))]),
    ...filesBelow(join(out, "dashboards"), ".html").map((path) => toldLine("dashboard", path)),
    toldLine("letters", `${join(out, "mail")}  (${letters})`),
  ];
}

function filesBelow(folder: string, ending: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}
