import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { listed, listedTemplate, type TemplateCatalog } from "./template-catalog.ts";

const PREVIEW_CHARACTERS = 300;

export function listTemplates(catalog: TemplateCatalog): ToolPlan {
  return defineTool({
    name: "list_templates",
    title: "Templates there are",
    description: "Lists the templates of the server and your own ones, with the parameters that they take.",
    effect: "reads",
    input: z.strictObject({
      category: z.string().min(1).max(50).exactOptional().describe("Only those of this category"),
      include_preview: z.boolean().default(false).describe("Whether the beginning of each source is given too"),
    }),
    output: z.object({
      templates: z
        .array(listedTemplate.extend({ preview: z.string().exactOptional().describe("The beginning of the source") }))
        .describe("Those of the server first"),
    }),
    run: ({ category, include_preview: previewed }, { tenant }) => {
      const chosen = catalog.list(tenant).filter((template) => category === undefined || template.category === category);
      return {
        templates: chosen.map((template) => ({
          ...listed(template),
          ...(previewed ? { preview: template.content.slice(0, PREVIEW_CHARACTERS).toWellFormed() } : {}),
        })),
      };
    },
  });
}
