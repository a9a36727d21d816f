/**
 * Behaves oddly before the handshake, as its argument says: `slow` reads nothing for a while, `strict` dies of everything
 * that is no handshake, `deaf` ignores what it does not know, `mute` never answers anything.
 */
import { answerText, type LineServer, serveLines, tool } from "./line-server.ts";

const [, , how, delayMs = "1000"] = process.argv;
let greeted = false;

const server: LineServer = {
  tools: [tool("greet")],
  call: (id) => answerText(id, "hello"),
  other: ({ method }) => {
    greeted ||= method === "notifications/initialized";
    if (how === "strict" && !greeted) process.exit(1);
    return how === "deaf";
  },
};

if (how === "slow") setTimeout(() => serveLines(server), Number(delayMs));
else if (how === "mute") process.stdin.resume();
else serveLines(server);
