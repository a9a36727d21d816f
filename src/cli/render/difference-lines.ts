import type { DiffToolsOutput, ToolDifference } from "../../contract/diff-tools.ts";
import { changeWords } from "../../model/tool-lock.ts";
import type { ToolChange } from "../../model/tool-lock.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line } from "./span.ts";

/** What became of tools, those that are the same as a number, and of the workflows that use them. */
export function differenceLines({ tools, workflows }: DiffToolsOutput): readonly Line[] {
  const different = tools.filter(({ status }) => status !== "same");
  const broken = workflows.filter(({ breaks }) => breaks);
  return [
    ...different.flatMap(toolLines),
    ...broken.map(({ file }): Line => [span(" ✖ ", "bad"), span(oneLine(file), "bold"), span(" breaks", "bad")]),
    [span(summary({ tools, workflows }), "dim")],
  ];
}

const STATUS = {
  same: { sign: " ✔ ", emphasis: "good", words: "" },
  changed: { sign: " ! ", emphasis: "warn", words: " has changed" },
  gone: { sign: " ✖ ", emphasis: "bad", words: " is gone" },
  unlocked: { sign: " ! ", emphasis: "warn", words: " is not in the lock: add it with tutti servers lock" },
} as const;

function toolLines({ name, status, changes }: ToolDifference): readonly Line[] {
  const { sign, emphasis, words } = STATUS[status];
  return [[span(sign, emphasis), span(oneLine(name, 120), "bold"), span(words)], ...changes.map(changeLine)];
}

function changeLine(change: ToolChange): Line {
  const breaks = change.breaks === "nobody" ? [] : [span(`  breaks ${change.breaks}`, "bad")];
  return [span(`     ${oneLine(changeWords(change), 400)}`), ...breaks];
}

function summary({ tools, workflows }: DiffToolsOutput): string {
  const counts = (["same", "changed", "gone", "unlocked"] as const).flatMap((status) => {
    const count = tools.filter((tool) => tool.status === status).length;
    return count === 0 && status !== "same" ? [] : [`${count} ${status}`];
  });
  const broken = workflows.filter(({ breaks }) => breaks).length;
  const total = workflows.length === 1 ? "1 workflow" : `${workflows.length} workflows`;
  return `tools: ${counts.join(", ")}; ${broken === 0 ? `none of ${total} breaks` : `${broken} of ${total} ${broken === 1 ? "breaks" : "break"}`}`;
}
