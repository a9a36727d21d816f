import { expect, test } from "vitest";
import type { TracingMeta } from "./meta.ts";
import { baggageOf, readTraceparent, traceparentOf } from "./traceparent.ts";
import type { TraceHeaders } from "./traceparent.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const GOOD = `00-${TRACE}-${SPAN}-01`;
const READ = { traceId: TRACE, spanId: SPAN, sampled: true };

test.each<{ readonly tracing: TracingMeta; readonly header: string | undefined }>([
  { tracing: { traceId: TRACE, spanId: SPAN }, header: GOOD },
  { tracing: { traceId: TRACE, spanId: SPAN, sampled: true }, header: GOOD },
  { tracing: { traceId: TRACE, spanId: SPAN, sampled: false }, header: `00-${TRACE}-${SPAN}-00` },
  { tracing: { traceId: TRACE }, header: undefined },
  { tracing: {}, header: undefined },
])("$tracing is written as $header", ({ tracing, header }) => {
  expect(traceparentOf(tracing)).toBe(header);
});

test.each<{ readonly headers: TraceHeaders; readonly tracing: TracingMeta }>([
  { headers: {}, tracing: {} },
  { headers: { traceparent: GOOD }, tracing: READ },
  { headers: { traceparent: ` ${GOOD} ` }, tracing: READ },
  { headers: { traceparent: `00-${TRACE}-${SPAN}-00` }, tracing: { ...READ, sampled: false } },
  { headers: { traceparent: `00-${TRACE}-${SPAN}-03` }, tracing: READ },
  // A later version may say more, and is read as far as it is known.
  { headers: { traceparent: `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like` }, tracing: READ },
  { headers: { traceparent: `cc-${TRACE}-${SPAN}-01` }, tracing: READ },
  { headers: { traceparent: `cc-${TRACE}-${SPAN}-01.what` }, tracing: {} },
  { headers: { traceparent: `${GOOD}-more` }, tracing: {} },
  { headers: { traceparent: `${GOOD}-` }, tracing: {} },
  { headers: { traceparent: `ff-${TRACE}-${SPAN}-01` }, tracing: {} },
  { headers: { traceparent: `0-${TRACE}-${SPAN}-01` }, tracing: {} },
  { headers: { traceparent: `00-${"0".repeat(32)}-${SPAN}-01` }, tracing: {} },
  { headers: { traceparent: `00-${TRACE}-${"0".repeat(16)}-01` }, tracing: {} },
  { headers: { traceparent: `00-${TRACE.toUpperCase()}-${SPAN}-01` }, tracing: {} },
  { headers: { traceparent: `00-${TRACE.slice(1)}-${SPAN}-01` }, tracing: {} },
  { headers: { traceparent: `00-${TRACE}-${SPAN}-1` }, tracing: {} },
  { headers: { traceparent: `00-${TRACE}-${SPAN}-0x` }, tracing: {} },
  { headers: { traceparent: `00_${TRACE}_${SPAN}_01` }, tracing: {} },
  { headers: { traceparent: "" }, tracing: {} },
  {
    headers: { traceparent: GOOD, tracestate: "rojo=1, congo=t61 ,,4ky@vendor=x" },
    tracing: { ...READ, traceState: "rojo=1,congo=t61,4ky@vendor=x" },
  },
  { headers: { tracestate: "rojo=1" }, tracing: {} },
  { headers: { traceparent: GOOD, tracestate: "a=1,a=2" }, tracing: READ },
  { headers: { traceparent: GOOD, tracestate: "A=1" }, tracing: READ },
  { headers: { traceparent: GOOD, tracestate: "a" }, tracing: READ },
  { headers: { traceparent: GOOD, tracestate: Array.from({ length: 33 }, (_, index) => `a${index}=1`).join() }, tracing: READ },
  { headers: { baggage: "user=al%20ice;prop=1, tier = gold" }, tracing: { baggage: { user: "al ice", tier: "gold" } } },
  { headers: { baggage: "bad key=1,=2,novalue,x=%zz,ok=1" }, tracing: { baggage: { ok: "1" } } },
  { headers: { baggage: `a=${"x".repeat(9_000)}` }, tracing: {} },
])("$headers are read as $tracing", ({ headers, tracing }) => {
  expect(readTraceparent(headers)).toEqual(tracing);
});

test("baggage is written so that it is read back, and what no header can carry stays at home", () => {
  const baggage = { user: "ä, b;c=d%", "no token": "x", lone: "\ud800" };
  const header = baggageOf({ baggage });
  expect(header).toBe("user=%C3%A4%2C%20b%3Bc%3Dd%25,lone=%EF%BF%BD");
  expect(readTraceparent({ baggage: header ?? "" }).baggage).toEqual({ user: baggage.user, lone: "\ufffd" });
  expect(baggageOf({})).toBeUndefined();
  expect(baggageOf({ baggage: { a: "x".repeat(9_000) } })).toBeUndefined();
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, "v"]));
  expect(baggageOf({ baggage: many })?.split(",")).toHaveLength(64);
});
