import { expect, test } from "vitest";
import { readMessages } from "./read-messages.ts";

const CALL = '{"jsonrpc":"2.0","id":1,"result":{}}';

test.each(["", "Listening on 3000", "{ not json", "[]", "[1]", "3", '"text"', '{"id":1,"result":{}}', '{"jsonrpc":"1.0"}', "null"])(
  "%j is no message",
  (line) => {
    expect(readMessages(line)).toBeUndefined();
  },
);

test("a line is one message, or a batch of them", () => {
  expect(readMessages(CALL)).toEqual([{ jsonrpc: "2.0", id: 1, result: {} }]);
  expect(readMessages(`[${CALL},${CALL}]`)).toHaveLength(2);
  expect(readMessages('{"jsonrpc":"2.0","method":"notifications/progress"}\r')).toHaveLength(1);
});

test.each(['"result":[1]', '"result":"fine"', '"result":null', '"error":"no"', '"error":{"message":"no"}', ""])(
  "an answer with %s ends its request all the same",
  (rest) => {
    const [message] = readMessages(`{"jsonrpc":"2.0","id":7${rest === "" ? "" : ","}${rest}}`) ?? [];
    expect(message).toMatchObject({ id: 7, error: { message: "the server answered with something that is no result" } });
  },
);
