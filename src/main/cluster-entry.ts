import type { Ms } from "../base/duration.ts";
import { recordOf } from "../definition/collection-types.ts";
import { duration, flag, text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import { toolEntry } from "./check-entry.ts";
import type { ToolEntry } from "./check-entry.ts";
import { listenTlsEntry } from "./listen-tls-entry.ts";
import type { ListenTlsEntry } from "./listen-tls-entry.ts";
import { listenHost, listenPort } from "./serve-entry.ts";

/** The keys of `cluster`, before variables and relative paths are put in. */
export interface ClusterEntry {
  readonly host?: string;
  readonly port?: number;
  readonly key?: string;
  readonly keyFile?: string;
  readonly tls?: ListenTlsEntry;
  readonly insecure?: boolean;
  readonly heartbeat?: Ms;
  readonly offlineAfter?: Ms;
  readonly taskTypes?: Readonly<Record<string, ToolEntry>>;
}

/** What machines of one cluster must agree on, as docs/configuration.md lists it. */
export const clusterEntry: ValueType<ClusterEntry> = shape<ClusterEntry>("cluster", {
  host: { key: "host", type: listenHost, about: "where other machines come in; 127.0.0.1, which only this one can reach, if not given" },
  port: { key: "port", type: listenPort, about: "the port; 8080 if not given, and 0 for any that is free" },
  key: {
    key: "key",
    type: text(4_096),
    about: "what all machines share, at least 32 characters, as the environment variable that has it: ${CLUSTER_KEY}",
  },
  keyFile: { key: "key_file", type: text(4_096), about: "a file that has it, in place of key; relative to this file" },
  tls: { key: "tls", type: listenTlsEntry, about: "certificates; with ca they tell machines apart, and no key is needed" },
  insecure: {
    key: "insecure",
    type: flag,
    about: "true lets machines beyond this one be reached without encryption; what is sent cannot be changed then, but be read",
  },
  heartbeat: { key: "heartbeat", type: duration(), about: "how often machines say that they are there; 30s if not given" },
  offlineAfter: { key: "offline_after", type: duration(), about: "after how long a silence a machine is offline; 90s if not given" },
  taskTypes: {
    key: "task_types",
    type: recordOf(toolEntry("task_type", 'the tool that does such tasks, as "server.tool"'), {
      most: 1_000,
      key: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/,
      keyShaped: 'at most 100 letters, digits, "_", "." and "-"',
    }),
    about: "types of tasks, by name, beside the tools that servers have",
  },
});
