import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { listed, listedTemplate, type TemplateCatalog, templateId } from "./template-catalog.ts";

export function getTemplate(catalog: TemplateCatalog): ToolPlan {
  return defineTool({
    name: "get_template",
    title: "One template",
    description: "Gives a template with its source, in Liquid.",
    effect: "reads",
    input: z.strictObject({ template_id: templateId }),
    output: z.object({
      template: listedTemplate.describe("What it is and takes"),
      content: z.string().describe("Its source"),
      content_type: z.enum(["markdown", "html"]).describe("What the source is once it is rendered"),
    }),
    run: ({ template_id: id }, { tenant }) => {
      const template = catalog.find(tenant, id);
      return { template: listed(template), content: template.content, content_type: template.kind };
    },
  });
}
