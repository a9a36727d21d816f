import { expect, test } from "vitest";
import * as z from "zod";
import type { ExecutionNews } from "./news.ts";
import { executionNews } from "./news.ts";

const cases: readonly ExecutionNews[] = [
  { type: "event", executionId: "e", event: { seq: 1, atMs: 0, type: "call-sent", call: { step: "a" } } },
  { type: "progress", executionId: "e", call: { step: "a", item: 2 }, progress: { progress: 1, total: 4, message: "half" } },
  { type: "stage", executionId: "e", call: { step: "a", role: "stale" }, stage: "waiting" },
];

test.each(cases)("news of type $type survive the wire", (news) => {
  const document = JSON.parse(JSON.stringify(z.encode(executionNews, news))) as unknown;
  expect(document).toMatchObject({ execution_id: "e" });
  expect(executionNews.parse(document)).toEqual(news);
});
