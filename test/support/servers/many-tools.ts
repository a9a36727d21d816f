/** Has as many tools as its argument says, in pages of 500. With "endless" its list never ends, with "circle" it begins again. */
import { answerText, serveLines, tool } from "./line-server.ts";

const PAGE = 500;
const mode = process.argv[2] ?? "10000";
const count = mode === "endless" || mode === "circle" ? Number.POSITIVE_INFINITY : Number(mode);

serveLines({
  tools: (cursor) => {
    const start = cursor === undefined ? 0 : Number(cursor);
    const size = mode === "endless" ? 1 : PAGE;
    const end = Math.min(count, start + size);
    const page = Array.from({ length: end - start }, (_, index) => tool(`tool_${start + index}`, { description: "one of many" }));
    return end < count ? { tools: page, nextCursor: mode === "circle" ? "0" : String(end) } : { tools: page };
  },
  call: (id, { name }) => answerText(id, name ?? ""),
});
