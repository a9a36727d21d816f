/** Answers in ways that a peer must survive. */
import { answer, answerText, send, serveLines, tool } from "./line-server.ts";

serveLines({
  tools: ["bad_utf8", "wrong_id", "twice", "in_batch", "unasked", "nameless_content", "late_progress"].map((name) => tool(name)),
  call: (id, { name }) => {
    if (name === "bad_utf8") writeBadUtf8(id);
    else if (name === "wrong_id") answerText(Number(id) + 1_000, "for somebody else");
    else if (name === "in_batch") {
      process.stdout.write(`${JSON.stringify([{ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "in a batch" }] } }])}\n`);
    } else if (name === "late_progress") {
      const progress = [1, 2, 3, 4, 5].map((step) => ({ method: "notifications/progress", params: { progressToken: id, progress: step } }));
      const result = { content: [{ type: "text", text: "done" }] };
      process.stdout.write([...progress, { id, result }].map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join(""));
    } else if (name === "nameless_content") answer(id, { content: [{ type: "hologram", data: "..." }] });
    else {
      if (name === "unasked") send({ method: "notifications/unheard_of", params: {} });
      answerText(id, "first");
      if (name === "twice") answerText(id, "second");
    }
  },
});

function writeBadUtf8(id: string | number): void {
  const [before = "", after = ""] = JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "a|b" }] } }).split("|");
  process.stdout.write(Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xfe]), Buffer.from(`${after}\n`)]));
}
