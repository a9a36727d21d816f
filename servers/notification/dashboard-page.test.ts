import { expect, test } from "vitest";
import { dashboardPage } from "./dashboard-page.ts";

test("on a narrow screen a table is moved sideways in its own box, and no word in it is broken", () => {
  const widgets = [{ name: "Servers", data: [{ status: "healthy" }], history: [], updatedAt: 0 }];
  const page = dashboardPage({
    tenant: "acme",
    id: "operations",
    name: "operations",
    revision: 1,
    refreshSeconds: 5,
    updatedAt: 0,
    widgets,
  });
  expect(page).toContain('<div class="table"><table>');
  expect(page).toMatch(/^\.table\{[^}]*overflow-x:auto/m);
  expect(page).toMatch(/^th,td\{(?![^}]*anywhere)/m);
});
