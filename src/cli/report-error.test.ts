import { expect, test } from "vitest";
import { ERROR_TRAITS } from "../contract/error-traits.ts";
import { ContextError } from "../envelope/context-error.ts";
import { TuttiError } from "../model/errors.ts";
import { Interrupted } from "./interrupted.ts";
import { refusalOf } from "./report-error.ts";

const host = { formatProblem: (): Promise<string> => Promise.resolve("a problem"), environment: {} };

/** Places in code, as a trace and the messages of a runtime have them. */
const INSIDE = /\.ts\b|\.js\b|node_modules|node:|\bat .*\(|\/src\//;

test("a refusal is its message and its exit code; the trace and the cause are told to nobody", async () => {
  const cause = new Error("connect ECONNREFUSED 10.0.0.7:5432");
  const refused = new TuttiError("access.denied", "ann may not do this", { missing: ["a:b"] }, { cause });
  const { text, exitCode, document } = await refusalOf(refused, host);
  expect(text).toBe("tutti: ann may not do this");
  expect(exitCode).toBe(ERROR_TRAITS["access.denied"].exitCode);
  expect(document).toEqual({ error: { code: "access.denied", message: "ann may not do this", details: { missing: ["a:b"] } } });
});

test("a mistake of the configuration that has no place in a file is told in words, not counted", async () => {
  const refused = new TuttiError("config.invalid", "two servers are named a", { problems: [] });
  expect((await refusalOf(refused, host)).text).toBe("tutti: two servers are named a");
});

test("what a message has from others cannot paint on the terminal", async () => {
  const { text } = await refusalOf(new TuttiError("operation.unknown", "no \u001b[2J\u202E\nfly", { operation: "fly" }), host);
  expect(text).toBe("tutti: no [2J fly");
});

test.each([new TypeError("x is not a function"), new ContextError("no-context", "No context available"), "a text", undefined])(
  "of an exception that nobody thought of, only its message is told: %s",
  async (error) => {
    const { text, exitCode, document } = await refusalOf(error, host);
    expect(exitCode).toBe(70);
    expect(text).toMatch(/^tutti: this is a bug in tutti, please report it: .*\n {2}With TUTTI_LOG_LEVEL=debug/);
    expect(text).not.toMatch(INSIDE);
    expect(document).toBeUndefined();
  },
);

test("whoever looks for the cause of a bug gets the whole trace", async () => {
  const error = new Error("outer", { cause: new Error("inner") });
  const { text } = await refusalOf(error, { ...host, environment: { TUTTI_LOG_LEVEL: "debug" } });
  expect(text).toMatch(INSIDE);
  expect(text).toContain("inner");
});

test("of two errors the first one is told, and that somebody ended it is none", async () => {
  const first = new TuttiError("server.unavailable", "no server", { server: "shop", stderr: ["one", "two"] });
  const closing = new SuppressedError(new TypeError("cannot close"), first, "");
  expect(await refusalOf(closing, host)).toMatchObject({ exitCode: 69, text: "tutti: no server\n  one\n  two" });
  const ended = new SuppressedError(first, new Interrupted("SIGINT"), "");
  expect(await refusalOf(ended, host)).toMatchObject({ exitCode: 69 });
});
