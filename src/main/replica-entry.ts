import { nearest } from "../base/nearest.ts";
import { quoted } from "../base/visible.ts";
import { describe, report, subject, wrongType } from "../definition/reading.ts";
import { resourcesShape } from "../definition/resources-shape.ts";
import { textLike } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import { SERVER_NAME } from "../model/server-name.ts";
import type { Resources } from "../model/workflow.ts";
import { CONNECTION_FIELDS } from "./connection-entry.ts";
import type { ConnectionEntry } from "./connection-entry.ts";

/** One more process or address of a server, as it stands in a configuration file. */
export interface ReplicaEntry extends ConnectionEntry {
  readonly name?: string;
  readonly tier?: number;
  readonly resources?: Resources;
}

const TIERS = ["primary", "secondary", "tertiary"] as const;

/** How far a replica is preferred to others, 1 first: as a number, or by the name that the first three have. */
export const tier: ValueType<number> = {
  read(value, reading) {
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 9) return value;
    const named = TIERS.findIndex((name) => name === value);
    if (named >= 0) return named + 1;
    const meant = typeof value === "string" ? nearest(value, TIERS) : undefined;
    const expected = '"primary", "secondary", "tertiary" or a whole number from 1 to 9';
    if (meant === undefined) return wrongType(reading, expected, value);
    const message = `${subject(reading.path)} cannot be ${describe(value)} - did you mean ${quoted(meant)}?`;
    return report(reading, "unknown-value", message, { suggestion: meant });
  },
  print: (value) => TIERS[value - 1] ?? value,
  schema: () => ({ anyOf: [{ enum: TIERS }, { type: "integer", minimum: 1, maximum: 9 }] }),
};

const keys: Shape<ReplicaEntry> = shape<ReplicaEntry>("replica", {
  name: {
    key: "name",
    type: textLike(SERVER_NAME, "a name has at most 64 letters, digits, - and _", 64),
    about: "how messages and metrics name it; its number, from 1, if not given",
  },
  ...CONNECTION_FIELDS,
  tier: { key: "tier", type: tier, about: "later ones only get calls when nobody in an earlier one can take them; primary if not given" },
  resources: { key: "resources", type: resourcesShape, about: "what it has, in place of what the server's other replicas have" },
});

/** A replica with its place in the list: those that cannot be read are left out of it. */
export interface PlacedReplica extends ReplicaEntry {
  readonly place: number;
}

/** The keys of a replica, as docs/configuration.md lists them. */
export const replicaEntry: ValueType<PlacedReplica> = {
  ...keys,
  read(value, reading) {
    const { values, hasUnknown } = keys.readPartly(value, reading) ?? {};
    // The key that is not known may have been meant for the one that is missing.
    const misspelled = hasUnknown === true && values?.command === undefined && values?.url === undefined;
    return values === undefined || misspelled ? undefined : { ...values, place: Number(reading.path.at(-1)) };
  },
};
