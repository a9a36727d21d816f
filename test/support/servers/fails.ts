/** Fails in every way that the protocol knows. */
import { answer, refuse, serveLines, tool } from "./line-server.ts";

const TOTAL = { type: "object", properties: { total: { type: "number" } }, required: ["total"] };

serveLines({
  tools: [
    ...["is_error", "is_error_wordless", "internal_error", "server_error", "bad_arguments", "no_result"].map((name) => tool(name)),
    ...["breaks_schema", "omits_structure", "text_for_structure"].map((name) => tool(name, { outputSchema: TOTAL })),
    tool("odd_schema", { outputSchema: { $ref: "https://schemas.invalid/total.json", type: "object" } }),
    { name: "odd_tool", inputSchema: "none", outputSchema: 3, annotations: { readOnlyHint: "yes" } },
    { description: "has no name" },
  ],
  call: (id, { name }) => {
    const text = (words: string): object => ({ content: [{ type: "text", text: words }] });
    if (name === "is_error") answer(id, { ...text("the warehouse is closed"), isError: true, structuredContent: { opens: "08:00" } });
    else if (name === "is_error_wordless") answer(id, { content: [], isError: true });
    else if (name === "internal_error") refuse(id, -32_603, "database is locked", { table: "orders" });
    else if (name === "server_error") refuse(id, -32_050, "overloaded");
    else if (name === "bad_arguments") refuse(id, -32_602, "amount must be positive");
    else if (name === "no_result") answer(id, [1, 2, 3]);
    else if (name === "breaks_schema") answer(id, { content: [], structuredContent: { total: "many" } });
    else if (name === "omits_structure") answer(id, text("about forty"));
    else if (name === "text_for_structure") answer(id, text('{"total": 40}'));
    else if (name === "odd_schema" || name === "odd_tool") answer(id, { content: [], structuredContent: { total: 1 } });
    else answer(id, { ...text(`Unknown tool: ${name}`), isError: true });
  },
});
