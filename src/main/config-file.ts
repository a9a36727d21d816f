import { recordOf } from "../definition/collection-types.ts";
import { text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import { SERVER_NAME } from "../model/server-name.ts";
import { ACCESS_FIELDS } from "./access-entry.ts";
import type { AccessEntry } from "./access-entry.ts";
import { CHECK_FIELDS } from "./check-entry.ts";
import type { ChecksEntry } from "./check-entry.ts";
import { serverEntry } from "./server-entry.ts";
import type { ServerEntry } from "./server-entry.ts";
import { SERVING_FIELDS } from "./serving-entry.ts";
import type { ServingEntry } from "./serving-entry.ts";
import { SETTINGS_FIELDS } from "./settings-entry.ts";
import type { SettingsEntry } from "./settings-entry.ts";

/** `tutti.yaml`, as it stands in the file. */
export interface ConfigFile extends AccessEntry, ChecksEntry, ServingEntry, SettingsEntry {
  readonly servers?: Readonly<Record<string, ServerEntry>>;
  readonly mcp?: string;
  readonly dataDirectory?: string;
  readonly secrets?: { readonly file: string };
  readonly audit?: { readonly key: string };
  readonly operations?: Readonly<Record<string, string>>;
}

const serverEntries = recordOf(serverEntry, {
  most: 1_000,
  key: SERVER_NAME,
  keyShaped: "at most 64 letters, digits, - and _",
});

/** The keys of `tutti.yaml`, as docs/configuration.md lists them. */
export const configFile: Shape<ConfigFile> = shape<ConfigFile>("config", {
  servers: { key: "servers", type: serverEntries, about: "the MCP servers, by the name that workflows use" },
  mcp: { key: "mcp", type: text(4_096), about: "an mcp.json with more servers, relative to this file" },
  dataDirectory: {
    key: "data_dir",
    type: text(4_096),
    about: "where the journal is, relative to this file; .tutti where tutti is started if not given",
  },
  operations: {
    key: "operations",
    type: recordOf(text(4_096), { most: 1_000, key: /^[A-Za-z0-9_.-]{1,100}$/, keyShaped: "at most 100 letters, digits, ., - and _" }),
    about: "the workflow file of each operation that an envelope can request, relative to this file",
  },
  secrets: {
    key: "secrets",
    type: shape<{ readonly file: string }>("secrets", {
      file: {
        key: "file",
        type: text(4_096),
        required: true,
        about: "a file with NAME=value lines, or a YAML or JSON object; relative to this file",
      },
    }),
    about: "where the values of ${{ secrets.NAME }} come from, beside the environment",
  },
  ...SETTINGS_FIELDS,
  audit: {
    key: "audit",
    type: shape<{ readonly key: string }>("audit", {
      key: {
        key: "key",
        type: text(4_096),
        required: true,
        about: "an Ed25519 key in PEM that signs the audit log, relative to this file; one is made in the data directory if not given",
      },
    }),
    about: "how the audit log is signed",
  },
  ...ACCESS_FIELDS,
  ...SERVING_FIELDS,
  ...CHECK_FIELDS,
});

/** An `mcp.json`, as the clients of MCP and VS Code write it. */
export const clientFile: Shape<Pick<ConfigFile, "servers">> = shape<Pick<ConfigFile, "servers">>("mcp", {
  servers: { key: "mcpServers", aliases: ["servers"], type: serverEntries, required: true, about: "the MCP servers, by name" },
});
