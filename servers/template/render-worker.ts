import { Worker } from "node:worker_threads";
import { inspectSource, liquidText } from "./liquid-text.ts";
import { htmlPage } from "./html-page.ts";
import { markdownHtml, markdownText, tidyMarkdown, wordsIn } from "./markdown.ts";
import type { RenderAnswer, RenderJob, RenderWork } from "./render-job.ts";

/*
 * A process that renders one job at a time. Whatever a template does here, it has little memory, and is ended when it takes
 * too long.
 */

/** Ends this process when the server is gone, also while a template keeps it busy and nothing else gets to run. */
const WATCH = `
  const { workerData } = require("node:worker_threads");
  setInterval(() => { if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL"); }, 500);
`;
new Worker(WATCH, { eval: true, workerData: Number(process.argv[2]) }).unref();

process.once("disconnect", () => process.exit());
process.on("message", (job: RenderJob) => process.send?.(answerTo(job)));
process.send?.("ready");

function answerTo(job: RenderJob): RenderAnswer {
  try {
    if (job.type === "inspect") return { type: "inspected", variables: inspectSource(job.source) };
    return { type: "rendered", ...rendered(job) };
  } catch (error) {
    return { type: "refused", message: error instanceof Error ? error.message.slice(0, 1_000) : String(error) };
  }
}

function rendered({ source, kind, output, parameters, title }: RenderWork): { readonly content: string; readonly words: number } {
  const filled = liquidText(source, kind, JSON.parse(parameters) as Record<string, unknown>);
  if (kind === "html") return { content: htmlPage({ title, body: filled }), words: wordsIn(filled.replaceAll(/<[^<>]*>/g, " ")) };
  const text = tidyMarkdown(filled);
  const plain = markdownText(text);
  const words = wordsIn(plain);
  switch (output) {
    case "markdown":
      return { content: text, words };
    case "text":
      return { content: plain, words };
    case "html":
      return { content: htmlPage({ title, body: `<article>${markdownHtml(text)}</article>` }), words };
  }
}
