import { expect, test } from "vitest";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openTemplate } from "./open-template.ts";

interface Rendered {
  readonly template_id: string;
  readonly rendered_content: string;
  readonly format: string;
  readonly word_count: number;
  readonly content_type: string;
}

interface Listed {
  readonly templates: readonly { readonly id: string; readonly category: string; readonly required_params: readonly string[] }[];
}

async function open(directory: string): Promise<HeldServer> {
  return await hold(openTemplate({ STATE_DIR: directory }));
}

const CHART = { title: "Revenue", kind: "line", labels: ["Jan", "Feb", "Mar"], series: [{ name: "2026", values: [1, null, -3.5] }] };
const POST = { title: "T", introduction: "i", sections: [{ heading: "H", text: "t" }], conclusion: "c" };

/** By id: the least that each template takes. */
const LEAST: Readonly<Record<string, object>> = {
  "blog-post": POST,
  "advanced-technical-post": POST,
  "beginner-friendly-post": POST,
  "technical-article": POST,
  "business-article": POST,
  "health-article": POST,
  "general-article": POST,
  "email-template": { subject: "s", body: "b", sender_name: "n" },
  "api-documentation": { title: "T", endpoints: [{ method: "GET", path: "/a", description: "d" }] },
  "project-readme": { name: "n", description: "d" },
  "business-report": { title: "T", period: "p", summary: "s", kpis: [{ name: "k", value: 1 }] },
  alert: { title: "T", severity: "critical", message: "m" },
  "incident-report": { title: "T", severity: "warning", summary: "s" },
  "training-report": { title: "T", summary: "s", metrics: [{ name: "m", value: 0.5 }] },
};

test("every template of the server renders from the least that it takes, in all formats", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path);
  const { templates } = await server.call<Listed>("list_templates");
  expect(templates.map(({ id }) => id)).toEqual(Object.keys(LEAST));
  for (const { id, required_params: required } of templates) {
    const parameters = LEAST[id] ?? {};
    expect(Object.keys(parameters).toSorted()).toEqual(required.toSorted());
    expect(await server.call("validate_template_params", { template_id: id, parameters })).toMatchObject({ valid: true });
    for (const format of ["markdown", "html", "text"]) {
      const { rendered_content: content, word_count: words } = await server.call<Rendered>("render_template", {
        template_id: id,
        parameters,
        format,
      });
      expect(words).toBeGreaterThan(0);
      expect(content).not.toMatch(/\{[{%]|undefined|\[object|<script/);
      expect(content.startsWith("<!doctype html>")).toBe(format === "html");
    }
  }
});

test("an article has its sections, its sources and its words, whatever the id is written with", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path);
  const parameters = {
    title: "Ice as a battery",
    introduction: "Cold can be *kept*.",
    sections: [{ heading: "How", text: "At noon water freezes." }],
    conclusion: "It pays.",
    sources: [{ title: "Circuit Weekly", url: "https://circuit-weekly.example/ice" }],
    notice: "From the archive",
  };
  const markdown = await server.call<Rendered>("render_template", { template_id: "technical_article", parameters });
  expect(markdown).toEqual({
    template_id: "technical-article",
    rendered_content: `# Ice as a battery

*Technology*

> From the archive

Cold can be *kept*.

## How

At noon water freezes.

## What to take from it

It pays.

---

**Sources**

- [Circuit Weekly](<https://circuit-weekly.example/ice>)
`,
    format: "markdown",
    word_count: 30,
    content_type: "text/markdown",
  });
  const html = await server.call<Rendered>("render_template", { template_id: "technical_article", parameters, format: "html" });
  expect(html.rendered_content).toContain('<a href="https://circuit-weekly.example/ice">Circuit Weekly</a>');
  expect(html.content_type).toBe("text/html");
  const text = await server.call<Rendered>("render_template", { template_id: "technical_article", parameters, format: "text" });
  expect(text.rendered_content).toContain("\n\nCold can be kept.\n\nHow\n\nAt noon water freezes.\n");
});

test("a report is one page with charts that follow light and dark, and tables where there are no charts", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path);
  const bars = {
    title: "Orders",
    kind: "bar",
    labels: Array.from({ length: 40 }, (_, day) => `Day ${day}`),
    series: [{ name: "a", values: [5, 2e9, -7] }],
  };
  const kpis = [
    { name: "Revenue", value: 1_234_567.891, unit: "EUR", change: 12.3, direction: "up" },
    { name: "Mood", value: "good" },
  ];
  const parameters = {
    title: "Quarter",
    period: "2026 Q1",
    summary: "All is *well*.",
    kpis,
    charts: [CHART, bars],
    sections: [{ heading: "More", text: "- a" }],
  };
  const { rendered_content: page } = await server.call<Rendered>("render_template", {
    template_id: "business-report",
    parameters,
    format: "html",
  });
  expect(page.match(/<svg /g)).toHaveLength(2);
  expect(page).toContain("1,234,567.891");
  expect(page).toContain('<span class="change up">+12.3 %</span>');
  expect(page).toContain("prefers-color-scheme: dark");
  expect(page.indexOf("Content-Security-Policy")).toBeLessThan(page.indexOf("<body>"));
  expect(page).not.toMatch(/<script|NaN|Infinity|src=|url\(/);
  const { rendered_content: markdown } = await server.call<Rendered>("render_template", { template_id: "business-report", parameters });
  expect(markdown).toContain("| Mar | -3.5 |");
  expect(markdown).toContain("| Revenue | 1,234,567.891 EUR | +12.3 % |");
});

test("small numbers keep their digits, and years are no thousands", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path);
  const values = [0.0005, -0.0000123456, 1_234_567.8912, 0.1 + 0.2, -0];
  const parameters = {
    title: "Training",
    summary: "",
    metrics: values.map((value) => ({ name: "m", value })),
    charts: [{ title: "Over the years", kind: "bar", labels: [2025, "so far"], series: [{ name: "users", values: [0.0005, 2500] }] }],
  };
  const { rendered_content: text } = await server.call<Rendered>("render_template", { template_id: "training-report", parameters });
  expect(text.match(/(?<=\| m \| )\S+/g)).toEqual(["0.0005", "-0.0000123", "1,234,567.891", "0.3", "0"]);
  expect(text).toContain("| 2025 | 0.0005 |\n| so far | 2,500 |");
  const html = await server.call<Rendered>("render_template", { template_id: "training-report", parameters, format: "html" });
  expect(html.rendered_content).toContain(">2025</text>");
});

test("all that is wrong with parameters is told at once", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path);
  const parameters = { title: "x", sections: [{ heading: 1 }], sectoins: [] };
  expect(await server.call("validate_template_params", { template_id: "blog-post", parameters })).toEqual({
    valid: false,
    missing: ["introduction", "conclusion"],
    unknown: ["sectoins"],
    problems: [expect.stringContaining("sections.0.heading"), expect.stringContaining("sections.0.text")],
  });
  const refusal = await server.refusal("render_template", { template_id: "blog-post", parameters });
  expect(refusal).toMatch(/missing are introduction, conclusion; unknown are "sectoins"; sections\.0\.heading/);
  expect(await server.refusal("get_template", { template_id: "nothing" })).toMatch(/no template "nothing"\. There are blog-post/);
});

test("templates of a tenant are its own, are kept, and are made once for one key", async () => {
  using directory = temporaryDirectory();
  const template = {
    name: "Greeting",
    category: "greeting",
    content: "Hello **{{ name }}**{% if town %} in {{ town }}{% endif %}!",
    required_params: ["name"],
    description: "Greets",
  };
  let id = "";
  {
    await using server = await open(directory.path);
    const created = await server.call<{ template_id: string; optional_params: string[] }>("create_template", template, { key: "a" });
    expect(created).toMatchObject({ template_id: expect.stringMatching(/^custom-[0-9a-f]{8}$/), optional_params: ["town"] });
    expect(await server.call("create_template", template, { key: "a" })).toEqual(created);
    id = created.template_id;
    expect(await server.refusal("get_template", { template_id: id }, { tenant: "other" })).toMatch(/no template/);
  }
  await using server = await open(directory.path);
  expect((await server.call<Listed>("list_templates", { category: "greeting" })).templates).toHaveLength(1);
  expect((await server.call<Listed>("list_templates", { category: "greeting" }, { tenant: "other" })).templates).toEqual([]);
  const { rendered_content: content } = await server.call<Rendered>("render_template", {
    template_id: id,
    parameters: { name: "<b>" },
    format: "html",
  });
  expect(content).toContain("<p>Hello <strong>&lt;b&gt;</strong>!</p>");
  expect(await server.refusal("render_template", { template_id: id, parameters: { town: "Lyon" } })).toMatch(/missing are name/);
});
