import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Liquid, type Template } from "liquidjs";
import type { JsonObject } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";

/** Letters that are written beforehand. */
export interface MailTemplates {
  readonly names: readonly string[];
  /** @throws ToolError - there is no such template, or a parameter is missing */
  render(name: string, parameters: JsonObject): RenderedMail;
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
}

const TEMPLATES_MAX = 50;
const RENDERED_CHARACTERS_MAX = 200_000;
const SUBJECT = "Subject: ";

interface Parsed {
  readonly subject: Template[];
  readonly text: Template[];
  readonly html?: Template[];
}

/**
 * Reads `NAME.liquid` (the first line is `Subject: ...`, then an empty line and the text) and `NAME.html.liquid` of each
 * folder; later ones replace earlier ones.
 *
 * @throws Error - a file is none of these
 */
export function readMailTemplates(folders: readonly string[]): MailTemplates {
  // Nothing is included from anywhere; what is put into HTML is escaped.
  const limits = {
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    templates: {},
    memoryLimit: 1_000_000,
    renderLimit: 1_000,
    parseLimit: 200_000,
  };
  const plain = new Liquid(limits);
  const escaping = new Liquid({ ...limits, outputEscape: "escape" });
  const found = new Map<string, Parsed>();
  for (const folder of folders) {
    for (const file of filesIn(folder).filter((name) => /^[a-z0-9][a-z0-9_-]*\.liquid$/.test(name))) {
      const name = basename(file, ".liquid");
      const content = readFileSync(join(folder, file), "utf8");
      const end = content.indexOf("\n\n");
      if (!content.startsWith(SUBJECT) || end < 0)
        throw new Error(`${join(folder, file)} does not begin with "${SUBJECT}..." and an empty line`);
      const html = htmlBeside(folder, name);
      found.set(name, {
        subject: plain.parse(content.slice(SUBJECT.length, end).trim()),
        text: plain.parse(content.slice(end + 2)),
        ...(html === undefined ? {} : { html: escaping.parse(html) }),
      });
    }
  }
  if (found.size > TEMPLATES_MAX) throw new Error(`there are ${found.size} templates, and ${TEMPLATES_MAX} are the most`);
  return {
    names: [...found.keys()].sort(),
    render(name, parameters) {
      const template = found.get(name);
      if (template === undefined) throw refuse(`there is no template "${name}". There are: ${[...found.keys()].sort().join(", ")}`);
      try {
        const subject = String(plain.renderSync(template.subject, parameters)).replaceAll(/\s+/g, " ").trim();
        const text = String(plain.renderSync(template.text, parameters));
        const html = template.html === undefined ? undefined : String(escaping.renderSync(template.html, parameters));
        if (text.length + (html?.length ?? 0) > RENDERED_CHARACTERS_MAX)
          throw new Error(`it has more than ${RENDERED_CHARACTERS_MAX} characters`);
        return { subject, text, ...(html === undefined ? {} : { html }) };
      } catch (error) {
        throw refuse(
          `the template "${name}" cannot be filled in: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`,
        );
      }
    },
  };
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new Error(`TEMPLATES_DIR: ${folder} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function htmlBeside(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, `${name}.html.liquid`), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
