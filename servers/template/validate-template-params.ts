import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { type TemplateCatalog, templateId } from "./template-catalog.ts";
import { requireBounded, templateParameters } from "./template-parameters.ts";

export function validateTemplateParams(catalog: TemplateCatalog): ToolPlan {
  return defineTool({
    name: "validate_template_params",
    title: "Check parameters",
    description: "Tells whether a template could be rendered with these parameters, and all that stands against it.",
    effect: "reads",
    input: z.strictObject({
      template_id: templateId,
      parameters: templateParameters.describe("As render_template takes them"),
    }),
    output: z.object({
      valid: z.boolean().describe("Whether render_template would take them"),
      missing: z.array(z.string()).describe("Required ones that are not there"),
      unknown: z.array(z.string()).describe("Ones that the template does not know"),
      problems: z.array(z.string()).describe("What is wrong with those that are there"),
    }),
    run: ({ template_id: id, parameters }, { tenant }) => {
      requireBounded(parameters);
      const { missing, unknown, problems } = catalog.find(tenant, id).check(parameters);
      const valid = missing.length + unknown.length + problems.length === 0;
      return {
        valid,
        missing: [...missing],
        unknown: unknown.map((name) => name.toWellFormed()),
        problems: problems.map((problem) => problem.toWellFormed()),
      };
    },
  });
}
