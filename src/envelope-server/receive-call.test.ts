import { expect, test } from "vitest";
import { z } from "zod";
import type { Json } from "../base/json.ts";
import { DEPTH_MAX } from "../base/too-deep.ts";
import { defineEnvelopeTool } from "./define-envelope-tool.ts";
import { createEnvelopeServer, REAL_PORTS } from "./envelope-server.ts";
import { receiveCall } from "./receive-call.ts";

function world() {
  const reached: Json[] = [];
  const echo = defineEnvelopeTool({
    name: "echo",
    description: "Gives what it is given",
    inputSchema: z.object({ value: z.json() }),
    execute: ({ data }) => {
      reached.push(data.parameters.value);
      return { done: true };
    },
  });
  const server = createEnvelopeServer({ serverId: "s", tools: [echo] });
  const send = async (value: Json) => await receiveCall(server, { tool: "echo", parameters: { value }, meta: {} }, {}, REAL_PORTS);
  return { reached, send };
}

function nested(levels: number, wrap: (value: Json) => Json): Json {
  let value: Json = "bottom";
  for (let level = 0; level < levels; level += 1) value = wrap(value);
  return value;
}

test.each<readonly [string, (value: Json) => Json]>([
  ["lists", (value) => [value]],
  ["objects", (value) => ({ "": value })],
])("arguments that are nested in %s reach the tool up to a depth, and are refused beyond it", async (_, wrap) => {
  const { reached, send } = world();
  // The arguments themselves, and what is at the bottom, are levels too.
  expect(await send(nested(DEPTH_MAX - 1, wrap))).toMatchObject({ data: { result: { done: true } } });
  for (const levels of [DEPTH_MAX, 10_000, 500_000]) {
    const { data, error } = await send(nested(levels, wrap));
    expect(data).toBeUndefined();
    expect(error).toMatchObject({ type: "Envelope", message: expect.stringContaining(`at most ${DEPTH_MAX} levels`) });
  }
  expect(reached).toHaveLength(1);
});

test("arguments that are wide are none that are deep", async () => {
  const { send } = world();
  expect(await send(Array.from({ length: 50_000 }, () => [[]]))).toMatchObject({ data: { result: { done: true } } });
});
