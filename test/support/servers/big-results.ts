/** Answers with text of as many bytes as it is asked for; `first` writes the id before the result. */
import { answerText, serveLines, tool } from "./line-server.ts";

serveLines({
  tools: [tool("text"), tool("text_id_last")],
  call: (id, { name, arguments: { bytes } = {} }) => {
    const text = "x".repeat(Number(bytes));
    if (name === "text") answerText(id, text);
    else process.stdout.write(`{"result":{"content":[{"type":"text","text":"${text}"}]},"jsonrpc":"2.0","id":${id}}\n`);
  },
});
