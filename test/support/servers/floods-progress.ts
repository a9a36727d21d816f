/** Tells of its progress far more often than anybody wants to know. */
import { answerText, type Params, send, serveLines, tool } from "./line-server.ts";

const BATCH = 2_000;

serveLines({
  tools: [tool("flood"), tool("echo")],
  call: (id, params) => {
    if (params.name === "echo") answerText(id, "here");
    else flood(id, params, Number(params.arguments?.["messages"]));
  },
});

function flood(id: string | number, params: Params, left: number, done = 0): void {
  if (left <= 0) return answerText(id, "done");
  const progressToken = params._meta?.["progressToken"];
  for (let index = 1; index <= BATCH; index += 1) {
    send({ method: "notifications/progress", params: { progressToken, progress: done + index, message: "still at it" } });
  }
  setImmediate(() => flood(id, params, left - BATCH, done + BATCH));
}
