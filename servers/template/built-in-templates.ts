import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PARAMETER_SHAPES } from "./parameter-shapes.ts";
import { namesOff, type TemplateSource } from "./template-source.ts";

type BuiltInId = keyof typeof PARAMETER_SHAPES;

/** What stands beside the source: `[name, category, description]`. */
const ABOUT: Readonly<Record<BuiltInId, readonly [string, string, string]>> = {
  "blog-post": ["Blog post", "blog", "A post with an introduction, sections and a conclusion"],
  "advanced-technical-post": [
    "Advanced technical post",
    "blog",
    "A post for readers who know the field, with numbered sections and their list",
  ],
  "beginner-friendly-post": ["Beginner-friendly post", "blog", "A post that goes step by step and presumes nothing"],
  "technical-article": ["Technical article", "article", "News about technology, with its sources"],
  "business-article": ["Business article", "article", "News about business, with its sources"],
  "health-article": ["Health article", "article", "News about health, with its sources, and a word of caution"],
  "general-article": ["Article", "article", "News about anything, with its sources"],
  "email-template": ["E-mail", "email", "A letter with a subject and a signature"],
  "api-documentation": ["API documentation", "documentation", "Endpoints with tables of their parameters"],
  "project-readme": ["Project README", "documentation", "What a project is, how to install it and how to use it"],
  "business-report": ["Business report", "report", "Figures, charts and sections; as HTML a page with charts, in light and dark"],
  alert: ["Alert", "alert", "What is wrong, how bad it is, and what to do"],
  "incident-report": ["Incident report", "report", "What happened when, why, and what follows from it"],
  "training-report": ["Training report", "report", "Metrics, charts and tables about a trained model; as HTML a page with charts"],
};

/** The templates that everybody has, in the order in which they are listed. Read from `templates/` once. */
export function builtInTemplates(): readonly TemplateSource[] {
  return Object.entries(ABOUT).map(([id, [name, category, description]]) => {
    const shape = PARAMETER_SHAPES[id as BuiltInId];
    const names = Object.entries(shape.shape).map(([parameter, type]) => ({
      parameter,
      optional: type.safeParse(undefined).success || isLeftOut(type),
    }));
    const required = names.flatMap(({ parameter, optional }) => (optional ? [] : [parameter]));
    const optional = names.flatMap(({ parameter, optional: mayBeLeftOut }) => (mayBeLeftOut ? [parameter] : []));
    const page = read(`${id}.page`);
    return {
      id,
      name,
      category,
      description,
      required,
      optional,
      content: read(id) ?? "",
      kind: "markdown" as const,
      ...(page === undefined ? {} : { page }),
      check(parameters) {
        const off = namesOff({ required, optional }, parameters);
        const parsed = shape.safeParse(parameters);
        if (parsed.success) return { ...off, problems: [], values: parsed.data };
        const problems = parsed.error.issues
          .filter(({ path, code }) => code !== "unrecognized_keys" && !(path.length === 1 && off.missing.includes(String(path[0]))))
          .map(({ path, message }) => `${path.join(".")}: ${message}`);
        return { ...off, problems: problems.slice(0, 50) };
      },
    };
  });
}

function isLeftOut(type: { readonly _zod: { readonly optin?: "optional" | undefined } }): boolean {
  return type._zod.optin === "optional";
}

function read(name: string): string | undefined {
  const path = join(import.meta.dirname, "templates", `${name}.liquid`);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
