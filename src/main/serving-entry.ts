import { recordOf } from "../definition/collection-types.ts";
import { numberIn, text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Fields } from "../definition/shape.ts";
import { clusterEntry } from "./cluster-entry.ts";
import type { ClusterEntry } from "./cluster-entry.ts";
import { serveEntry } from "./serve-entry.ts";
import type { ServeEntry } from "./serve-entry.ts";

/** What a process that serves is told, as it stands in `tutti.yaml`. */
export interface ServingEntry {
  readonly serve?: ServeEntry;
  readonly cluster?: ClusterEntry;
  readonly analytics?: { readonly url: string };
  readonly patternDirectory?: string;
  readonly ports?: Readonly<Record<string, number>>;
}

/** The keys of `tutti.yaml` about a process that serves, as docs/configuration.md lists them. */
export const SERVING_FIELDS: Fields<ServingEntry> = {
  serve: { key: "serve", type: serveEntry, about: "where tutti serve listens, and whom it answers" },
  cluster: { key: "cluster", type: clusterEntry, about: "how other machines come in and do tasks; there are none if not given" },
  analytics: {
    key: "analytics",
    type: shape<{ readonly url: string }>("analytics", {
      url: {
        key: "url",
        type: text(4_096),
        required: true,
        about: "where executions that have ended are reported to, such as http://127.0.0.1:8090/api/v1/metrics",
      },
    }),
    about: "reports about executions; nothing is reported if not given",
  },
  patternDirectory: {
    key: "pattern_dir",
    type: text(4_096),
    about: "a folder with patterns of your own, relative to this file",
  },
  ports: {
    key: "ports",
    type: recordOf(numberIn({ min: 1, max: 65_535 }), {
      most: 1_000,
      key: /^[a-z0-9][a-z0-9-]{0,99}$/,
      keyShaped: "at most 100 lower-case letters, digits and -",
    }),
    about: "ports of services, by name, that differ from the table of ports or are not in it",
  },
};
