import { z } from "zod";

/*
 * What the templates of this server take. Lists that may be left out are empty then, so that a template need not ask.
 */

const line = z.string().min(1).max(1_000);
const text = z.string().max(200_000);
const figure = z.union([z.number().min(-1e15).max(1e15), z.string().max(200)]);
const list = <Item extends z.ZodType>(item: Item, max = 200) => z.array(item).max(max);

const sections = list(z.object({ heading: line, text }));
const byline = { author: line.exactOptional(), date: line.exactOptional() };

const post = {
  title: line,
  introduction: text,
  sections,
  conclusion: text,
  ...byline,
  tags: list(line, 50).default([]),
};

const article = {
  title: line,
  introduction: text,
  sections,
  conclusion: text,
  sources: list(z.object({ title: line, url: z.string().max(4_000) })).default([]),
  ...byline,
  notice: line.exactOptional(),
  reading_minutes: z.number().min(0).max(10_000).exactOptional(),
};

const chart = z.object({
  title: line,
  kind: z.enum(["line", "bar"]),
  labels: list(z.union([z.string().max(200), z.number()]), 500),
  series: list(z.object({ name: line, values: list(z.number().min(-1e15).max(1e15).nullable(), 500) }), 8),
});

const severity = z.enum(["info", "warning", "error", "critical"]);

/** By the id of the template. */
export const PARAMETER_SHAPES = {
  "blog-post": z.strictObject(post),
  "advanced-technical-post": z.strictObject(post),
  "beginner-friendly-post": z.strictObject(post),
  "technical-article": z.strictObject(article),
  "business-article": z.strictObject(article),
  "health-article": z.strictObject(article),
  "general-article": z.strictObject(article),
  "email-template": z.strictObject({ subject: line, body: text, sender_name: line, recipient_name: line.exactOptional() }),
  "api-documentation": z.strictObject({
    title: line,
    endpoints: list(
      z.object({
        method: line,
        path: line,
        description: text,
        parameters: list(
          z.object({ name: line, type: line, required: z.boolean().default(false), description: z.string().max(2_000).default("") }),
        ).default([]),
      }),
    ),
    description: text.exactOptional(),
    version: line.exactOptional(),
    base_url: line.exactOptional(),
  }),
  "project-readme": z.strictObject({
    name: line,
    description: text,
    features: list(line).default([]),
    installation: text.exactOptional(),
    usage: text.exactOptional(),
    license: line.exactOptional(),
  }),
  "business-report": z.strictObject({
    title: line,
    period: line,
    summary: text,
    kpis: list(
      z.object({
        name: line,
        value: figure,
        unit: z.string().max(50).exactOptional(),
        change: figure.exactOptional(),
        direction: z.enum(["up", "down"]).exactOptional(),
      }),
    ),
    charts: list(chart, 24).default([]),
    sections: sections.default([]),
  }),
  alert: z.strictObject({
    title: line,
    severity,
    message: text,
    server: line.exactOptional(),
    at: line.exactOptional(),
    facts: z.record(z.string().max(200), z.json()).default({}),
    actions: list(line).default([]),
  }),
  "incident-report": z.strictObject({
    title: line,
    severity,
    summary: text,
    server: line.exactOptional(),
    status: line.exactOptional(),
    impact: text.exactOptional(),
    timeline: list(z.object({ at: line, text: line }), 1_000).default([]),
    root_cause: text.exactOptional(),
    actions: list(line).default([]),
  }),
  "training-report": z.strictObject({
    title: line,
    summary: text,
    metrics: list(z.object({ name: line, value: figure, unit: z.string().max(50).exactOptional() })),
    charts: list(chart, 24).default([]),
    tables: list(z.object({ title: line, columns: list(z.string().max(200), 30), rows: list(list(z.json(), 30), 1_000) }), 24).default([]),
    sections: sections.default([]),
  }),
} satisfies Readonly<Record<string, z.ZodObject>>;
