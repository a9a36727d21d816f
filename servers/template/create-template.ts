import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { OwnTemplates } from "./own-templates.ts";
import type { RenderPool } from "./render-pool.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const NAME_CHARACTERS_MAX = 100;
const OPTIONAL_MAX = 100;

export function createTemplate(own: OwnTemplates, pool: RenderPool): ToolPlan {
  return defineTool({
    name: "create_template",
    title: "Create a template",
    description:
      "Keeps a template of your own, in Liquid, for yourself and nobody else. What it reads beyond required_params are its optional parameters; they may only be asked for in conditions unless they are given.",
    effect: "changes",
    input: z.strictObject({
      name: z.string().trim().min(1).max(200).describe("For people"),
      category: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,49}$/)
        .describe("Small letters, digits and dashes, such as article; it may be a new one"),
      content: z.string().min(1).max(100_000).describe("The source in Liquid, of Markdown or HTML; tags that read files do not exist"),
      required_params: z.array(z.string().regex(NAME)).max(100).describe("Names of parameters without which it is not rendered"),
      description: z.string().max(1_000).describe("What it is for"),
      content_type: z
        .enum(["markdown", "html"])
        .default("markdown")
        .describe("What the source is. HTML is what stands in the body of a page on which no script runs; parameters in it are escaped"),
    }),
    output: z.object({
      template_id: z.string().describe("For render_template: custom- and eight hexadecimal digits"),
      required_params: z.array(z.string()).describe("As they were given"),
      optional_params: z.array(z.string()).describe("What else it reads"),
    }),
    run: async ({ name, category, content, required_params: given, description, content_type: kind }, { tenant, signal, once }) => {
      const required = [...new Set(given)];
      const answer = await pool.run({ type: "inspect", source: content }, { tenant, signal });
      const variables = answer.type === "inspected" ? answer.variables : [];
      const unused = required.filter((parameter) => !variables.includes(parameter));
      if (unused.length > 0) throw refuse(`the content never uses the required ${unused.join(", ")}`);
      const long = variables.find((variable) => variable.length > NAME_CHARACTERS_MAX);
      if (long !== undefined)
        throw refuse(`a name has at most ${NAME_CHARACTERS_MAX} characters, and "${long.slice(0, 50)}…" has ${long.length}`);
      const optional = variables.filter((variable) => !required.includes(variable));
      if (optional.length > OPTIONAL_MAX)
        throw refuse(`the content reads ${optional.length} names: at most ${OPTIONAL_MAX} may be optional`);
      return once(() => {
        const id = own.add(tenant, { name, category, description, content: content.toWellFormed(), kind, required, optional });
        return { template_id: id, required_params: required, optional_params: [...optional] };
      });
    },
  });
}
