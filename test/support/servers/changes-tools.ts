/** Has another tool after each call of `grow`, and says so. */
import { answerText, send, serveLines, tool } from "./line-server.ts";

const tools = [tool("grow")];

serveLines({
  tools: () => ({ tools }),
  call: (id, { name }) => {
    if (name === "grow") {
      tools.push(tool(`grown_${tools.length}`));
      send({ method: "notifications/tools/list_changed" });
    }
    answerText(id, `${name} of ${tools.length}`);
  },
});
