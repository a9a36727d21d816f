import { expect, test } from "vitest";
import { ERROR_TRAITS } from "../../src/contract/error-traits.ts";

test("every refusal has its exit code, status and advice (vitest -u writes test/contract/cli-errors.txt)", async () => {
  const lines = Object.entries(ERROR_TRAITS).map(
    ([code, { exitCode, httpStatus, retry }]) => `${code.padEnd(24)}exit ${String(exitCode).padEnd(4)}http ${httpStatus}  retry ${retry}`,
  );
  await expect(`${lines.sort().join("\n")}\n`).toMatchFileSnapshot("cli-errors.txt");
});
