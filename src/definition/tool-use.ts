import { SERVER_NAME } from "../model/server-name.ts";
import type { Template, ToolUse } from "../model/workflow.ts";
import { text, textLike } from "./scalar-types.ts";
import { report, within } from "./reading.ts";
import type { Reading } from "./reading.ts";
import type { Fields } from "./shape.ts";
import { templates } from "./template-types.ts";
import type { ValueType } from "./value-type.ts";
import { quoted } from "../base/visible.ts";

/** The keys of a file that name a tool and its arguments. */
export interface ToolUseKeys {
  readonly tool?: string;
  /** The first half of `tool`, where a file names the two apart. */
  readonly server?: string;
  readonly with?: Readonly<Record<string, Template>>;
}

const serverName: ValueType<string> = textLike(SERVER_NAME, 'a server is named by letters, digits, "-" and "_"', 64);

/** The lines that a table needs to read a {@link ToolUse}. */
export const TOOL_USE_FIELDS: Fields<ToolUseKeys> = {
  tool: { key: "tool", type: text(193), about: 'the tool to call, as "server.tool"' },
  server: { key: "server", type: serverName, about: 'the server of the tool, where "tool" does not begin with it' },
  with: {
    key: "with",
    aliases: ["parameters", "arguments"],
    type: templates,
    absent: {},
    about: "the arguments; their strings may hold ${{ }}",
  },
};

/** Puts the keys together; undefined when they name no tool, which has been reported then. */
export function toToolUse(keys: ToolUseKeys, reading: Reading): ToolUse | undefined {
  const { tool, server } = keys;
  if (tool === undefined) return undefined;
  const name = within(reading, "tool");
  const [, prefix, rest = ""] = /^([A-Za-z0-9_-]{1,64})\.(.*)$/s.exec(tool) ?? [];
  const named = server === undefined ? { server: prefix, tool: rest } : { server, tool: prefix === server ? rest : tool };
  if (named.server === undefined) {
    return report(name, "invalid-tool", `${quoted(tool)} names no server: a tool is written as "server.tool"`);
  }
  if (!/^[^\s\p{C}]{1,128}$/u.test(named.tool)) {
    return report(name, "invalid-tool", `${quoted(tool)} names no tool: a tool is written as "server.tool"`);
  }
  return { server: named.server, tool: named.tool, with: keys.with ?? {} };
}

/** The canonical keys of a tool use. */
export function fromToolUse(use: ToolUse): ToolUseKeys {
  return { tool: `${use.server}.${use.tool}`, with: use.with };
}
