import { expect, test } from "vitest";
import { connectWords, isRefusedByTls } from "./connect-words.ts";

test.each([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "its certificate is self-signed: to believe it, it must be the `ca` of `tls`"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", expect.stringContaining("from an authority that is not known here")],
  ["CERT_HAS_EXPIRED", "its certificate has expired"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "it does not speak TLS there"],
  ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "it speaks no TLS of version 1.2 or later"],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", expect.stringContaining("it wants a client certificate")],
  ["ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED", "our client certificate has expired"],
  ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "our client certificate has expired"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "our client certificate comes from an authority that it does not know"],
  ["ECONNREFUSED", "as the system says"],
])("%s is said in words", (code, words) => {
  expect(connectWords(coded(code))).toEqual(words);
});

test("the name in a certificate that is for another is told", () => {
  const error = Object.assign(coded("ERR_TLS_CERT_ALTNAME_INVALID"), { reason: "localhost is not in example.org" });
  expect(connectWords(error)).toBe("its certificate is for another name (localhost is not in example.org)");
});

test("what OpenSSL found while something was written is said in words, too", () => {
  const message =
    "write EPROTO 405D84:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/tlsany_meth.c:77:";
  expect(connectWords(Object.assign(new Error(message), { code: "EPROTO" }))).toBe("it does not speak TLS there");
});

test("of the errors of several addresses the first is told", () => {
  expect(connectWords(new AggregateError([coded("CERT_HAS_EXPIRED"), coded("ECONNREFUSED")]))).toBe("its certificate has expired");
  expect(connectWords(new AggregateError([]))).toBe("no connection");
});

test("an alert about our certificate says that nothing else was looked at, and no other error does", () => {
  expect(isRefusedByTls(coded("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"))).toBe(true);
  expect(isRefusedByTls(coded("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"))).toBe(false);
  expect(isRefusedByTls(coded("ECONNRESET"))).toBe(false);
});

function coded(code: string): Error {
  return Object.assign(new Error("as the system says"), { code });
}
