/** Dies: at the start when its argument says so, else in the middle of a call. */
import { writeSync } from "node:fs";
import { answerText, serveLines, tool } from "./line-server.ts";

if (process.argv[2] === "at-start") {
  writeSync(2, "reading configuration\nError: DATABASE_URL is not set\n");
  process.exit(3);
}

serveLines({
  tools: [tool("die"), tool("die_by_signal"), tool("answer_and_die"), tool("live")],
  call: (id, { name }) => {
    if (name === "die_by_signal") process.kill(process.pid, "SIGKILL");
    // Less than a pipe holds, so that all of it is written when the process ends.
    if (name !== "die") answerText(id, name === "answer_and_die" ? "fine".repeat(20_000) : "fine");
    if (name === "die" || name === "answer_and_die") {
      writeSync(2, "Error: out of cheese\n");
      process.exit(7);
    }
  },
});
