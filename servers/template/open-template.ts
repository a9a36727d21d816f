import { join } from "node:path";
import { referenceServer } from "../kit/reference-server.ts";
import type { OpenServer } from "../kit/serve-reference-server.ts";
import { type Environment, numberSetting, stateDirectory } from "../kit/server-settings.ts";
import { openState } from "../kit/state/state.ts";
import { createTemplate } from "./create-template.ts";
import { getCategories } from "./get-categories.ts";
import { getTemplate } from "./get-template.ts";
import { listTemplates } from "./list-templates.ts";
import { ownTemplates, TEMPLATE_SCHEMA } from "./own-templates.ts";
import { RenderPool } from "./render-pool.ts";
import { renderTemplate } from "./render-template.ts";
import { templateCatalog } from "./template-catalog.ts";
import { validateTemplateParams } from "./validate-template-params.ts";

/** @throws Error - a setting makes no sense */
export function openTemplate(environment: Environment): OpenServer {
  const timeoutMs = numberSetting(environment, "RENDER_TIMEOUT_MS", { fallback: 3_000, min: 50, max: 60_000 });
  const memoryMb = numberSetting(environment, "RENDER_MEMORY_MB", { fallback: 64, min: 16, max: 1_024 });
  const state = openState({ path: join(stateDirectory("template", environment), "templates.db"), schema: [TEMPLATE_SCHEMA] });
  const own = ownTemplates(state);
  const catalog = templateCatalog(own);
  const pool = new RenderPool({ timeoutMs, memoryMb });
  return {
    server: referenceServer({
      name: "template",
      instructions:
        "Makes articles, letters, alerts and reports of parameters, as Markdown, HTML or text, and keeps templates of your own.",
      state,
      tools: [
        listTemplates(catalog),
        getTemplate(catalog),
        renderTemplate(catalog, pool),
        validateTemplateParams(catalog),
        createTemplate(own, pool),
        getCategories(catalog),
      ],
      status: () => ({ status: "healthy", facts: { own_templates: own.count(), ...pool.facts() } }),
    }),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}
