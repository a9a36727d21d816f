import { z } from "zod";
import { refuse } from "../kit/reference-server.ts";
import { builtInTemplates } from "./built-in-templates.ts";
import type { OwnTemplates } from "./own-templates.ts";
import type { TemplateSource } from "./template-source.ts";

/** All templates that a tenant can use. */
export interface TemplateCatalog {
  list(tenant: string): readonly TemplateSource[];
  /** Dashes and underscores are the same. @throws ToolError - there is none, and which there are */
  find(tenant: string, id: string): TemplateSource;
}

export function templateCatalog(own: OwnTemplates): TemplateCatalog {
  const builtIn = builtInTemplates();
  return {
    list: (tenant) => [...builtIn, ...own.list(tenant)],
    find(tenant, id) {
      const wanted = id.replaceAll("_", "-");
      const found = builtIn.find((template) => template.id === wanted) ?? own.find(tenant, wanted);
      if (found !== undefined) return found;
      const ids = builtIn.map((template) => template.id).join(", ");
      throw refuse(`there is no template "${id.toWellFormed()}". There are ${ids}, and your own, which list_templates lists`);
    },
  };
}

export const templateId = z.string().min(1).max(100).describe("As list_templates gives it; - and _ are the same");

/** A template as it is listed. */
export const listedTemplate = z.object({
  id: z.string().describe("For render_template"),
  name: z.string().describe("For people"),
  category: z.string().describe("One of those that get_categories gives"),
  description: z.string().describe("What it is for"),
  required_params: z.array(z.string()).describe("Parameters without which it is not rendered"),
  optional_params: z.array(z.string()).describe("Parameters that may be left out"),
});

export function listed({ id, name, category, description, required, optional }: TemplateSource): z.input<typeof listedTemplate> {
  return { id, name, category, description, required_params: [...required], optional_params: [...optional] };
}
