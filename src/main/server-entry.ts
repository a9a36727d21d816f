import { printDuration } from "../base/duration.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { filled, listOf, oneOrMore, recordOf } from "../definition/collection-types.ts";
import { choice, duration, flag, numberIn, permission, text } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import { metaJsonSchema } from "../envelope/meta-codec.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import type { SectionInclusion, ServerConfig } from "../model/server.ts";
import { CONNECTION_FIELDS } from "./connection-entry.ts";
import type { ConnectionEntry } from "./connection-entry.ts";
import { injectorEntry } from "./injector-entry.ts";
import { LIMIT_FIELDS } from "./limit-fields.ts";
import { replicaEntry, tier } from "./replica-entry.ts";
import type { PlacedReplica } from "./replica-entry.ts";

/** One server as it stands in a configuration file, before variables and relative paths are put in. */
export interface ServerEntry extends ConnectionEntry, Stated {
  readonly replicas?: readonly PlacedReplica[];
  readonly disabled?: boolean;
}

/** What an entry says of a server besides how it is reached, as the configuration has it in the end. */
type Stated = Partial<Omit<ServerConfig, "name" | "connection" | "replicas" | "replicaName" | "machines">>;

/** A section that is misspelled would hide nothing, and a member everything. */
const SECTIONS = propertiesOf(metaJsonSchema);
const SECTION = new RegExp(`^(${Object.keys(SECTIONS).join("|")})$`);

const members = listOf(text(), 100);
const allOrNone = choice("all", "none");
const sectionInclusion: ValueType<SectionInclusion> = {
  read: (value, reading) => (isJsonArray(value) ? membersOf(reading.path.at(-1)) : allOrNone).read(value, reading),
  print: (value) => value,
  schema: (definitions) => ({ anyOf: [allOrNone.schema(definitions), members.schema(definitions)] }),
};

const entryShape: Shape<ServerEntry> = shape<ServerEntry>("server", {
  ...CONNECTION_FIELDS,
  tier: {
    key: "tier",
    type: tier,
    about: "of the first replica: later ones only get calls when nobody in an earlier one can take them; primary if not given",
  },
  replicas: {
    key: "replicas",
    type: filled(listOf(replicaEntry, 100)),
    about:
      "more processes or addresses that answer to the same name, with the keys type to tier, and resources; all of them when there is neither command nor url",
  },
  disabled: { key: "disabled", type: flag, about: "true leaves the server out" },
  honoursIdempotencyKey: {
    key: "idempotency_keys",
    type: flag,
    about: "true when the server does nothing twice for calls with the same idempotency key",
  },
  effects: {
    key: "effects",
    type: recordOf(choice("read", "idempotent", "once"), { most: 10_000 }),
    about: "what calls of a tool may do, by tool name; outranks the tool's own annotations",
  },
  requires: {
    key: "requires",
    type: recordOf(listOf(text(), 100), { most: 10_000 }),
    about: "tools that must come earlier in a workflow, by tool name",
  },
  maxConcurrentCalls: {
    key: "max_concurrent_calls",
    type: numberIn({ min: 1, max: 1_000 }),
    about: `calls in flight at once, at each replica; ${DEFAULT_LIMITS.callsPerReplica} if not given`,
  },
  ...LIMIT_FIELDS,
  connectTimeoutMs: {
    key: "connect_timeout",
    type: duration(),
    about: `for starting, connecting and listing tools; ${printDuration(DEFAULT_LIMITS.connectTimeoutMs)} if not given`,
  },
  protocolEra: { key: "protocol_era", type: choice("legacy", "modern"), about: "skips the question which protocol the server speaks" },
  trusted: { key: "trusted", type: flag, about: "true when the server may learn who asks: user, session and permissions" },
  context: {
    key: "context",
    type: choice("meta", "arguments", "none"),
    about: "how tenant and trace travel: in _meta, in the arguments as well, or not at all; meta if not given",
  },
  metaSections: {
    key: "meta_sections",
    type: recordOf(sectionInclusion, { most: 100, key: SECTION, keyShaped: `there are ${Object.keys(SECTIONS).join(", ")}` }),
    about: "how much of tenant, tracing and other sections of the context it gets, of what it may get: all, none, or these members",
  },
  permissions: {
    key: "permissions",
    type: recordOf(oneOrMore(permission, 100), { most: 10_000 }),
    about: "what whoever started the execution must be allowed to do, by tool name; * is for all tools",
  },
  sensitive: {
    key: "sensitive",
    type: listOf(text(), 1_000),
    about: "names of arguments, at any depth, whose values no audit log and no log shows",
  },
  injector: { key: "injector", type: injectorEntry, about: "what is done to the arguments of its tools for the sake of the tenant" },
});

/**
 * The keys of a server, as docs/configuration.md lists them. An entry with unknown keys is read all the same, because
 * in a file of another program they are none of our business; what can be no server with them is left out.
 */
export const serverEntry: ValueType<ServerEntry> = {
  ...entryShape,
  read(value, reading) {
    const { values, hasUnknown, given } = entryShape.readPartly(value, reading) ?? {};
    const { command, url, replicas = [] } = values ?? {};
    const mayBeMeant = hasUnknown === true || given?.has("replicas") === true;
    return mayBeMeant && command === undefined && url === undefined && replicas.length === 0 ? undefined : values;
  },
};

/** In some sections, such as the extensions, everybody chooses names of his own. */
function membersOf(section: string | number | undefined): ValueType<readonly string[]> {
  const names = Object.keys(propertiesOf(SECTIONS[section ?? ""]));
  return names.length === 0 ? members : listOf(choice(...names), 100);
}

function propertiesOf(schema: Json | undefined): JsonObject {
  const properties = isJsonObject(schema) ? schema["properties"] : undefined;
  return isJsonObject(properties) ? properties : {};
}
