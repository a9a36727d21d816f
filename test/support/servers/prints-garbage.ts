/** Writes to its stdout what does not belong there. */
import { answerText, serveLines, tool } from "./line-server.ts";

process.stdout.write("Listening...\n\n{ not json\n[1, 2\n");

serveLines({
  tools: [tool("chat"), tool("rave")],
  call: (id, { name }) => {
    const lines = name === "rave" ? 200 : 2;
    for (let line = 0; line < lines; line += 1) process.stdout.write(`${"debug ".repeat(1_000)}\n`);
    answerText(id, "fine");
  },
});
