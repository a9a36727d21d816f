import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ERROR_TRAITS } from "../../src/contract/error-traits.ts";
import { ERROR_VARIANTS } from "../../src/envelope/error-variant.ts";
import { VARIANT_TRAITS } from "../../src/envelope/variant-traits.ts";

test("every refusal has its variant, status, codes and advice (vitest -u writes test/contract/error-table.txt)", async () => {
  const refusals = Object.entries(ERROR_TRAITS).map(([code, traits]) => [
    code,
    traits.variant,
    `http ${traits.httpStatus}`,
    `json-rpc ${traits.jsonRpcCode}`,
    `exit ${traits.exitCode}`,
    `retry ${traits.retry}`,
  ]);
  const variants = ERROR_VARIANTS.map((variant) => {
    const { code, httpStatus, jsonRpcCode, retryClass, userError } = VARIANT_TRAITS[variant];
    return [variant, code, `http ${httpStatus}`, `json-rpc ${jsonRpcCode}`, `retry ${retryClass}`, userError ? "user" : "service"];
  });
  await expect(`${inColumns(refusals)}\n\n${inColumns(variants)}\n`).toMatchFileSnapshot("error-table.txt");
});

test("docs/errors.md has both tables as the code has them (vitest -u writes it)", async () => {
  const refusals = Object.entries(ERROR_TRAITS).map(
    ([code, { variant, httpStatus, jsonRpcCode, exitCode, retry }]) =>
      `| \`${code}\` | ${variant} | ${httpStatus} | ${jsonRpcCode} | ${exitCode} | ${retry} |`,
  );
  const variants = ERROR_VARIANTS.map((variant) => {
    const { code, httpStatus, jsonRpcCode, retryClass, userError } = VARIANT_TRAITS[variant];
    return `| ${variant} | \`${code}\` | ${httpStatus} | ${jsonRpcCode} | ${retryClass} | ${userError ? "yes" : "no"} |`;
  });
  const tables = {
    refusals: [
      "| code | variant | HTTP | JSON-RPC | exit code | sent again |",
      "| --- | --- | --- | --- | --- | --- |",
      ...refusals.sort(),
    ],
    variants: ["| variant | code | HTTP | JSON-RPC | sent again | user's error |", "| --- | --- | --- | --- | --- | --- |", ...variants],
  };
  let text = readFileSync("docs/errors.md", "utf8");
  for (const [name, rows] of Object.entries(tables)) {
    const table = rows.join("\n");
    text = text.replace(new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`), (_, open, close) => `${open}${table}\n${close}`);
    expect(text).toContain(table);
  }
  await expect(text).toMatchFileSnapshot("../../docs/errors.md");
});

function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .sort()
    .join("\n");
}
