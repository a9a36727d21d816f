import { expect, test } from "vitest";
import { clientFiles } from "./client-files.ts";

const MAC = "/Users/ada/Library/Application Support";

test.each([
  { platform: "darwin", environment: {}, settings: MAC },
  { platform: "linux", environment: {}, settings: "/Users/ada/.config" },
  { platform: "linux", environment: { XDG_CONFIG_HOME: "/conf" }, settings: "/conf" },
  { platform: "linux", environment: { XDG_CONFIG_HOME: "" }, settings: "/Users/ada/.config" },
  { platform: "win32", environment: { APPDATA: "/Roaming" }, settings: "/Roaming" },
  { platform: "win32", environment: {}, settings: "/Users/ada/AppData/Roaming" },
] as const)("on $platform with $environment programs keep what is a person's in $settings", ({ platform, environment, settings }) => {
  const found = clientFiles({ platform, environment, home: "/Users/ada", directory: "/project" });
  expect(found).toEqual([
    { client: "mcp", file: "/project/mcp.json", folder: "/project" },
    { client: "claude-code", file: "/project/.mcp.json", folder: "/project" },
    { client: "vscode", file: "/project/.vscode/mcp.json", folder: "/project" },
    { client: "cursor", file: "/project/.cursor/mcp.json", folder: "/project" },
    { client: "vscode", file: `${settings}/Code/User/mcp.json` },
    { client: "cursor", file: "/Users/ada/.cursor/mcp.json" },
    { client: "claude-desktop", file: `${settings}/Claude/claude_desktop_config.json` },
  ]);
});
