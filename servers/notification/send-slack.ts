import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { Outbox } from "../kit/state/outbox.ts";
import { changed, messageIdOf, momentOf, sendingOptions, settled, standing, standingOf } from "./delivering.ts";
import { manyLines, oneLine } from "./one-line.ts";
import { withoutCommands } from "./slack-delivery.ts";

const BLOCKS_CHARACTERS_MAX = 50_000;

/** Sends messages to Slack, or to whatever takes its webhooks, through the outbox. */
export function sendSlackTool({ outbox, ready }: { readonly outbox: Outbox; readonly ready: boolean }): ToolPlan {
  return defineTool({
    name: "send_slack",
    title: "Send a message to Slack",
    description:
      "Sends a message to a channel of Slack, at once or at send_at. It is kept until Slack has taken it, also across crashes. In the text nothing is a command: it mentions nobody.",
    effect: "changes",
    openWorld: true,
    input: z.strictObject({
      channel: oneLine(80).describe("Such as #ml-team").optional(),
      text: manyLines(4_000).min(1).describe("The message; also what shows where blocks cannot").optional(),
      blocks: z
        .array(z.record(z.string().max(100), z.json().describe("Its value")).describe("A block"))
        .max(50)
        .describe("Blocks of Slack's Block Kit, as they are")
        .optional(),
      ...sendingOptions,
    }),
    output: z.object(standing),
    async run({ channel, text, blocks, send_at: sendAt, wait_ms: waitMs, resend, cancel }, scope) {
      const known = changed({ resend, cancel }, { outbox, scope });
      if (known !== undefined) return (await settled(known, waitMs, { outbox, scope })).standing;
      if (!ready) throw refuse("no messages can be sent to Slack here: SLACK_WEBHOOK_URL is not set");
      if (channel === undefined || text === undefined) throw refuse("channel and text say what is sent where");
      if (JSON.stringify(blocks ?? []).length > BLOCKS_CHARACTERS_MAX)
        throw refuse(`blocks have at most ${BLOCKS_CHARACTERS_MAX} characters as JSON`);
      const id = messageIdOf(scope, "slack");
      const moment = momentOf(sendAt, scope.now);
      const message = { channel, text: withoutCommands(text), ...(blocks === undefined ? {} : { blocks }) };
      const answer = scope.once(() => {
        outbox.add({ id, tenant: scope.tenant, kind: "slack", target: `slack ${channel}`, payload: message, ...moment });
        const record = outbox.find(scope.tenant, id);
        return record === undefined ? { message_id: id, status: "queued" as const } : standingOf(record, Date.now());
      });
      return (await settled(answer, waitMs, { outbox, scope })).standing;
    },
    again: async (answer, { wait_ms: waitMs }, scope) => (await settled(answer, waitMs, { outbox, scope })).standing,
  });
}
