import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { OutputFormat } from "./render-job.ts";
import type { RenderPool } from "./render-pool.ts";
import { type TemplateCatalog, templateId } from "./template-catalog.ts";
import { checkedValues, templateParameters } from "./template-parameters.ts";
import type { TemplateSource } from "./template-source.ts";

const BYTES_MAX = 900_000;
const CONTENT_TYPES: Readonly<Record<OutputFormat, string>> = { markdown: "text/markdown", html: "text/html", text: "text/plain" };

export function renderTemplate(catalog: TemplateCatalog, pool: RenderPool): ToolPlan {
  return defineTool({
    name: "render_template",
    title: "Render a template",
    description:
      "Makes a text of a template and its parameters: Markdown, a whole HTML page that needs nothing else, or plain text. Parameters that are missing, unknown or of another shape are refused, all at once.",
    effect: "reads",
    input: z.strictObject({
      template_id: templateId,
      parameters: templateParameters.describe("What the template is about, by name: see required_params and optional_params"),
      format: z.enum(["markdown", "html", "text"]).default("markdown").describe("What to make of it; own templates in HTML give only html"),
    }),
    output: z.object({
      template_id: z.string().describe("Which one it was"),
      rendered_content: z.string().describe("The text"),
      format: z.enum(["markdown", "html", "text"]).describe("What it is"),
      word_count: z.int().min(0).describe("How many words a reader reads"),
      content_type: z.string().describe("The same as a media type"),
    }),
    run: async ({ template_id: id, parameters, format }, { tenant, signal }) => {
      const template = catalog.find(tenant, id);
      if (template.kind === "html" && format !== "html") throw refuse(`"${template.id}" is HTML: right is format "html"`);
      const values = checkedValues(template, parameters);
      const paged = format === "html" && template.page !== undefined;
      const source = paged ? { source: template.page ?? "", kind: "html" as const } : { source: template.content, kind: template.kind };
      const title = titleOf(template, values);
      const answer = await pool.run({ type: "render", ...source, output: format, parameters: values, title }, { tenant, signal });
      const { content, words } = answer.type === "rendered" ? answer : { content: "", words: 0 };
      const bytes = Buffer.byteLength(content);
      if (bytes > BYTES_MAX) throw refuse(`the text has ${bytes} bytes: at most ${BYTES_MAX} are given`);
      return {
        template_id: template.id,
        rendered_content: content.toWellFormed(),
        format,
        word_count: words,
        content_type: CONTENT_TYPES[format],
      };
    },
  });
}

function titleOf({ name }: TemplateSource, values: string): string {
  const { title, subject, name: called } = JSON.parse(values) as Readonly<Record<string, unknown>>;
  const found = [title, subject, called].find((value) => typeof value === "string" && value.trim() !== "");
  return typeof found === "string" ? found.slice(0, 300) : name;
}
