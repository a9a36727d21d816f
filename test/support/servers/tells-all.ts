/** Repeats what it was given once wherever it can: in answers, in progress, on stderr, and with its last words. */
import { answer, refuse, send, serveLines, tool } from "./line-server.ts";

let given: unknown;

serveLines({
  tools: ["give", "ask", "complain", "die"].map((name) => tool(name, { annotations: { readOnlyHint: true } })),
  call: (id, { name, arguments: input = {}, _meta = {} }) => {
    if (name === "give") given = input;
    const words = JSON.stringify(given);
    process.stderr.write(`it was given ${words}\n`);
    send({ method: "notifications/progress", params: { progressToken: _meta["progressToken"], progress: 1, message: words } });
    if (name === "complain") refuse(id, -32_000, `cannot use ${words}`, { given });
    else if (name === "die") process.exit(1);
    else answer(id, { content: [{ type: "text", text: `text ${words}` }], structuredContent: { given } });
  },
});
