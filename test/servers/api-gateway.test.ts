import { expect, test } from "vitest";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { openTestingApi } from "../support/testing-api.ts";

test(
  "the gateway calls a real API over stdio, and goes at once when its client does, with a call under way",
  { timeout: 60_000 },
  async () => {
    using folder = temporaryDirectory();
    await using api = await openTestingApi(({ path }) =>
      path.startsWith("/v1/rates/EUR") ? { body: { base: "EUR", date: "2026-09-01", rates: { USD: 1.09 } } } : "never",
    );
    const environment = { STATE_DIR: folder.path, ALLOW_PRIVATE: api.host, CURRENCY_URL: api.url, CURRENCY_TOKEN: "token-of-the-test" };
    await using gateway = await start("api-gateway", environment);
    const asked = { api_name: "currency", endpoint: "rates", parameters: { base: "EUR", target: "USD" } };
    expect(await gateway.call("call_external_api", asked)).toMatchObject({ data: { base: "EUR", rates: { USD: 1.09 } } });
    const hanging = gateway.call("call_external_api", { ...asked, parameters: { base: "CHF" } }).catch((error: unknown) => error);
    await expect.poll(() => api.asked.length, { timeout: 20_000 }).toBe(2);
    await gateway[Symbol.asyncDispose]();
    expect(await hanging).toBeInstanceOf(Error);
  },
);
