import { z } from "zod";
import { type Environment, textSetting } from "../kit/server-settings.ts";
import { readYamlSetting } from "../kit/yaml-setting.ts";
import { mailAddress } from "./mail-address.ts";

/** Where alerts go, by name. `record`: they are kept, and nobody is disturbed. */
export type Channel =
  | { readonly kind: "email"; readonly to: readonly string[] }
  | { readonly kind: "slack"; readonly channel: string; readonly url: string }
  | { readonly kind: "webhook"; readonly url: string }
  | { readonly kind: "record" };

const CHANNELS_MAX = 50;

/** Without a file nobody is disturbed. */
const QUIET_CHANNELS = [
  "email",
  "slack",
  "slack_channel_ml_team",
  "slack_channel_ops",
  "on_call",
  "operations",
  "security",
  "data_team",
  "ml_team",
  "finance",
  "support",
  "sales",
  "management",
  "audit",
  "log",
];

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);
const fileSchema = z.strictObject({
  channels: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("email"), to: z.array(mailAddress).min(1).max(50) }),
      z.strictObject({ kind: z.literal("slack"), channel: z.string().min(1).max(80), url_env: variable.default("SLACK_WEBHOOK_URL") }),
      z.strictObject({ kind: z.literal("webhook"), url_env: variable }),
      z.strictObject({ kind: z.literal("record") }),
    ]),
  ),
});

/** Those of `CHANNELS_FILE`; without it fifteen that only record. @throws Error - the file is wrong, or an address is not set */
export function readChannels(environment: Environment): ReadonlyMap<string, Channel> {
  const path = textSetting(environment, "CHANNELS_FILE");
  if (path === undefined) return new Map(QUIET_CHANNELS.map((name) => [name, { kind: "record" }]));
  const checked = fileSchema.safeParse(readYamlSetting("CHANNELS_FILE", path));
  if (!checked.success) throw new Error(`CHANNELS_FILE ${path}: ${z.prettifyError(checked.error)}`);
  const entries = Object.entries(checked.data.channels);
  if (entries.length > CHANNELS_MAX) throw new Error(`CHANNELS_FILE ${path} has more than ${CHANNELS_MAX} channels`);
  const urlOf = (name: string, variable: string): string => {
    const url = textSetting(environment, variable);
    if (url === undefined || !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
      throw new Error(`CHANNELS_FILE ${path}: ${name} needs an http address in ${variable}`);
    }
    return url;
  };
  return new Map(
    entries.map(([name, channel]): [string, Channel] => {
      if (channel.kind === "slack") return [name, { kind: "slack", channel: channel.channel, url: urlOf(name, channel.url_env) }];
      return [name, channel.kind === "webhook" ? { kind: "webhook", url: urlOf(name, channel.url_env) } : channel];
    }),
  );
}
