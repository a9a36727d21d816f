/** Answers so many milliseconds after it was asked as it is started with. */
import { setTimeout as wait } from "node:timers/promises";
import { answer, serveLines, tool } from "./line-server.ts";

const lateMs = Number(process.argv[2] ?? "1000");

serveLines({
  tools: [tool("late")],
  call: (id) => void wait(lateMs).then(() => answer(id, { content: [], structuredContent: { lateMs } })),
});
