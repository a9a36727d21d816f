import { join } from "node:path";

/** Programs that keep MCP servers in files of their own, by the word that `tutti init --from` takes. */
export const CLIENTS = {
  "claude-desktop": "Claude Desktop",
  vscode: "VS Code",
  cursor: "Cursor",
  "claude-code": "Claude Code",
  mcp: "mcp.json",
} as const;

type ClientName = keyof typeof CLIENTS;

/** A file in which a program may keep its servers. */
export interface ClientFile {
  readonly client: ClientName;
  /** Absolute. */
  readonly file: string;
  /** What its relative paths are relative to; undefined when it is about no folder. */
  readonly folder?: string;
}

/** Where files of other programs are looked for. */
export interface ClientPlaces {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The folder of the project, absolute. */
  readonly directory: string;
}

/** Every file that a known program would keep its servers in, those of the project first. They need not be there. */
export function clientFiles(places: ClientPlaces): readonly ClientFile[] {
  const { home, directory } = places;
  const settings = settingsFolder(places);
  const ofProject: readonly (readonly [ClientName, string])[] = [
    ["mcp", "mcp.json"],
    ["claude-code", ".mcp.json"],
    ["vscode", join(".vscode", "mcp.json")],
    ["cursor", join(".cursor", "mcp.json")],
  ];
  const ofPerson: readonly (readonly [ClientName, string])[] = [
    ["vscode", join(settings, "Code", "User", "mcp.json")],
    ["cursor", join(home, ".cursor", "mcp.json")],
    ["claude-desktop", join(settings, "Claude", "claude_desktop_config.json")],
  ];
  return [
    ...ofProject.map(([client, file]) => ({ client, file: join(directory, file), folder: directory })),
    ...ofPerson.map(([client, file]) => ({ client, file })),
  ];
}

/** Where programs keep what belongs to a person. */
function settingsFolder({ platform, environment, home }: ClientPlaces): string {
  if (platform === "darwin") return join(home, "Library", "Application Support");
  if (platform === "win32") return environment["APPDATA"] ?? join(home, "AppData", "Roaming");
  const configured = environment["XDG_CONFIG_HOME"];
  return configured === undefined || configured === "" ? join(home, ".config") : configured;
}
