/** Is there, and lists its tools, and never answers when it is asked whether it is there. */
import { serveLines, tool } from "./line-server.ts";

serveLines({ tools: [tool("greet")], other: ({ method }) => method === "ping" });
