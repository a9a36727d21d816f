import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HeldServer, hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openTemplate } from "./open-template.ts";

interface Rendered {
  readonly rendered_content: string;
}

async function open(directory: string, more: Readonly<Record<string, string>> = {}): Promise<HeldServer> {
  return await hold(openTemplate({ STATE_DIR: directory, ...more }));
}

async function create(server: HeldServer, content: string, more: object = {}): Promise<string> {
  const template = { name: "n", category: "c", content, required_params: [], description: "", ...more };
  return (await server.call<{ template_id: string }>("create_template", template)).template_id;
}

test.each([
  ["{% for i in (1..100000000) %}x{% endfor %}", /memory|longer/],
  ["{% assign a = 'x' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}", /memory|longer/],
  ["{% for a in (1..3000) %}{% for b in (1..3000) %}{% for c in (1..3000) %}{% endfor %}{% endfor %}{% endfor %}", /memory|longer/],
  ["{% assign a = 'a,a,a,a' | split: ',' %}{% for i in (1..40) %}{% assign a = a | concat: a %}{% endfor %}", /memory|longer/],
  ["{% assign a = (1..9999999) | reverse | join %}{{ a }}", /memory|longer/],
  ["{{ x.constructor }}", /undefined variable: x\.constructor/],
  ["{{ x.__proto__ }}", /undefined variable: x\.__proto__/],
  ["{{ x.toString }}", /undefined variable: x\.toString/],
  ["{{ x.missing.more }}", /undefined variable: x\.missing/],
])("a template that wants too much is refused when it is rendered, and others go on: %s", async (content, message) => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path, { RENDER_TIMEOUT_MS: "1500" });
  const id = await create(server, content);
  const parameters = content.includes("{{ x") ? { x: { own: 1 } } : {};
  const refused = server.refusal("render_template", { template_id: id, parameters });
  const letter = { template_id: "email-template", parameters: { subject: "s", body: "b", sender_name: "n" } };
  expect((await server.call<Rendered>("render_template", letter, { tenant: "other" })).rendered_content).toContain("**s**");
  expect(await refused).toMatch(message);
});

const kept = temporaryDirectory();
/** For tests that leave nothing behind. */
let server: HeldServer;
beforeAll(async () => {
  server = await open(kept.path);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  kept[Symbol.dispose]();
});

test.each([
  ["{% include '/etc/passwd' %}", /tag "include" not found/],
  ["{% render 'x' %}", /tag "render" not found/],
  ["{% layout 'x' %}", /tag "layout" not found/],
  ["{{ 'a' | nothing }}", /undefined filter/],
  ["{% if a %}", /not closed/],
  ["{{ a", /not closed/],
  ["{% if a %}".repeat(9_000), /./],
  ["{{ a ".repeat(15_000), /./],
])("a source that makes no sense is not kept: %s", async (content, message) => {
  const template = { name: "n", category: "c", content, required_params: [], description: "" };
  expect(await server.refusal("create_template", template)).toMatch(message);
});

test.each([
  [{ required_params: ["never"] }, /never uses the required never/],
  [{ required_params: ["a b"] }, /required_params/],
  [{ category: "../c" }, /category/],
  [{ name: "  " }, /name/],
  [{ content: "x".repeat(100_001) }, /content/],
  [{ content: `{{ ${"long".repeat(26)} }}` }, /a name has at most 100 characters/],
])("what else a template is not: %j", async (wrong, message) => {
  const template = { name: "n", category: "c", content: "x", required_params: [], description: "", ...wrong };
  expect(await server.refusal("create_template", template)).toMatch(message);
});

test("a caller who gives up gets its process ended, and the next one is served", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path, { RENDER_TIMEOUT_MS: "60000", RENDER_MEMORY_MB: "128" });
  const id = await create(server, "{% for a in (1..3000) %}{% for b in (1..3000) %}{% endfor %}{% endfor %}");
  const caller = new AbortController();
  const given = server.refusal("render_template", { template_id: id, parameters: {} }, { signal: caller.signal });
  caller.abort();
  expect(await given).toMatch(/cancelled|stopped|gave up|aborted/i);
  const letter = { template_id: "email-template", parameters: { subject: "s", body: "b", sender_name: "n" } };
  expect((await server.call<Rendered>("render_template", letter)).rendered_content).toContain("**s**");
});

test("a tenant that wants a great many texts at once keeps no other one out", async () => {
  using directory = temporaryDirectory();
  await using crowded = await open(directory.path, { RENDER_TIMEOUT_MS: "60000", RENDER_MEMORY_MB: "128" });
  const loops = ["a", "b", "c"].map((name) => `{% for ${name} in (1..3000) %}`).join("");
  const id = await create(crowded, `${loops}${"{% endfor %}".repeat(3)}`);
  const callers = new AbortController();
  const { signal } = callers;
  // Two are rendered, and a hundred wait.
  const asked = Array.from({ length: 110 }, () => crowded.refusal("render_template", { template_id: id, parameters: {} }, { signal }));
  expect(await Promise.race(asked)).toContain("too much waits");
  const letter = { template_id: "email-template", parameters: { subject: "s", body: "b", sender_name: "n" } };
  expect((await crowded.call<Rendered>("render_template", letter, { tenant: "other" })).rendered_content).toContain("**s**");
  callers.abort();
  await Promise.all(asked);
});

describe("what parameters say is never markup", () => {
  const EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    '"><svg onload=alert(1)>',
    "<!-- --><style>*{display:none}</style>",
    "</title></main></body><script>alert(1)</script>",
    "{{ 7 | times: 7 }}{% include 'a' %}",
    "&lt;script&gt;",
    "`<b>`",
  ];
  test.each(EVIL)("%s", async (evil) => {
    const chart = { title: evil, kind: "line", labels: [evil, "b"], series: [{ name: evil, values: [1, 2] }] };
    const calls = [
      {
        template_id: "general-article",
        parameters: {
          title: evil,
          introduction: evil,
          sections: [{ heading: evil, text: evil }],
          conclusion: evil,
          sources: [
            { title: evil, url: evil },
            { title: evil, url: `javascript:${evil}` },
          ],
        },
      },
      {
        template_id: "business-report",
        parameters: {
          title: evil,
          period: evil,
          summary: evil,
          kpis: [{ name: evil, value: evil, unit: evil, change: evil }],
          charts: [chart],
          sections: [{ heading: evil, text: evil }],
        },
      },
      {
        template_id: "training-report",
        parameters: {
          title: evil,
          summary: evil,
          metrics: [{ name: evil, value: evil }],
          charts: [chart],
          tables: [{ title: evil, columns: [evil], rows: [[evil, { [evil]: evil }]] }],
        },
      },
      { template_id: "alert", parameters: { title: evil, severity: "info", message: evil, facts: { [evil]: evil } } },
      { template_id: await create(server, "<div title='{{ a }}'>{{ a | raw }}</div>", { content_type: "html" }), parameters: { a: evil } },
    ];
    for (const call of calls) {
      const { rendered_content: page } = await server.call<Rendered>("render_template", { ...call, format: "html" });
      const body = page.slice(page.indexOf("</style>"));
      expect(body).not.toMatch(/<script|<img|<svg on|<style|<!--|href="javascript|<b>/i);
      expect(body.match(/<\/main>/g)).toHaveLength(1);
      expect(body).not.toContain("49");
    }
  });
});

test.each([
  [{ template_id: "__proto__", parameters: {} }, /no template/],
  [{ template_id: "constructor", parameters: {} }, /no template/],
  [{ template_id: "../templates/alert", parameters: {} }, /no template/],
  [{ template_id: "blog-post.page", parameters: {} }, /no template/],
  [{ template_id: "\u0000\ud800", parameters: {} }, /./],
  [{ template_id: "alert", parameters: [] }, /parameters/],
  [{ template_id: "alert", parameters: { title: "t", severity: "loud", message: "m" } }, /severity/],
  [{ template_id: "email-template", parameters: { subject: "s", body: "x".repeat(600_000), sender_name: "n" } }, /at most 524288/],
  [
    { template_id: "business-report", parameters: { title: "t", period: "p", summary: "s", kpis: [{ name: "k", value: 1e308 }] } },
    /kpis\.0\.value/,
  ],
  [{ template_id: "alert", format: "pdf", parameters: {} }, /format/],
])("refused: %#", async (parameters, message) => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path);
  expect(await server.refusal("render_template", parameters)).toMatch(message);
});

test("parameters that are named like members of objects are parameters", async () => {
  using directory = temporaryDirectory();
  await using server = await open(directory.path);
  const id = await create(server, "{{ constructor }} {{ hasOwnProperty }}", { required_params: ["constructor"] });
  const parameters = JSON.parse('{"constructor":"a","hasOwnProperty":"b"}') as object;
  expect((await server.call<Rendered>("render_template", { template_id: id, parameters })).rendered_content).toBe("a b\n");
  const facts = JSON.parse('{"__proto__":{"polluted":true},"toString":"x","a|b":"c\\nd"}') as object;
  const alert = await server.call<Rendered>("render_template", {
    template_id: "alert",
    parameters: { title: "t", severity: "info", message: "m", facts },
  });
  expect(alert.rendered_content).toContain("| a\\|b | c d |");
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
