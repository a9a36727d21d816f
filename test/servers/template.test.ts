import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { inRepository } from "../support/built-command.ts";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Listed {
  readonly templates: readonly { readonly id: string }[];
}

const ENDLESS = "{% for a in (1..4000) %}{% for b in (1..4000) %}{% endfor %}{% endfor %}";

test("it ends in good order when whoever started it is gone", () => {
  using directory = temporaryDirectory();
  const { PATH = "" } = process.env;
  const file = inRepository("servers/template/start.ts");
  const { status, stderr } = spawnSync(process.execPath, [file], {
    env: { PATH, STATE_DIR: directory.path },
    input: "",
    encoding: "utf8",
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("killed after making a template it still has it, makes no second one, and ends while a template keeps a process busy", async () => {
  using directory = temporaryDirectory();
  const environment = { STATE_DIR: directory.path, RENDER_TIMEOUT_MS: "60000" };
  const template = { name: "n", category: "c", content: ENDLESS, required_params: [], description: "" };
  let id = "";
  {
    await using server = await start("template", environment);
    const created = await server.call<{ template_id: string }>("create_template", template, { key: "acme/create_template/1" });
    id = created.template_id;
    await server.kill();
  }
  await using server = await start("template", environment);
  expect(await server.call("create_template", template, { key: "acme/create_template/1" })).toMatchObject({ template_id: id });
  expect((await server.call<Listed>("list_templates", { category: "c" })).templates.map((one) => one.id)).toEqual([id]);
  // Nobody waits for the answer: disposing ends the server, which must not wait for it either.
  const busy = server.call("render_template", { template_id: id, parameters: {} }).catch((error: unknown) => error);
  expect(await server.call("get_server_status")).toMatchObject({ status: "healthy" });
  await server[Symbol.asyncDispose]();
  expect(await busy).toBeInstanceOf(Error);
});
