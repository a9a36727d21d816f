/** Asks a person in the middle of a call, and reports what came of it. */
import { answerText, type Message, refuse, send, serveLines, tool } from "./line-server.ts";

const waiting = new Map<string | number, string | number>();

serveLines({
  protocolVersion: "2025-11-25",
  tools: [tool("ask"), tool("ask_to_open"), tool("sample"), tool("roots")],
  call: (id, { name }) => {
    const question = `question-${id}`;
    waiting.set(question, id);
    if (name === "sample") send({ id: question, method: "sampling/createMessage", params: { messages: [], maxTokens: 10 } });
    else if (name === "roots") send({ id: question, method: "roots/list" });
    else if (name === "ask_to_open") {
      const params = { mode: "url", message: "Please sign in", url: "https://example.com/login", elicitationId: "e1" };
      send({ id: question, method: "elicitation/create", params });
    } else {
      const requestedSchema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
      send({ id: question, method: "elicitation/create", params: { message: "What is your name?", requestedSchema } });
    }
  },
  other: (message) => settle(message),
});

function settle({ id = "", method, result, error }: Message): boolean {
  const call = waiting.get(id);
  if (method !== undefined || call === undefined) return false;
  if (error === undefined) answerText(call, JSON.stringify(result));
  else refuse(call, -32_000, `could not ask: ${error.message}`);
  return true;
}
