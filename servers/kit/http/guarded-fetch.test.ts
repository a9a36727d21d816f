import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { ToolError } from "tutti/server";
import { describe, expect, test } from "vitest";
import { type AddressKind, addressKind } from "./address-policy.ts";
import { type GuardedHttp, type GuardedHttpOptions, openGuardedHttp } from "./guarded-fetch.ts";
import type { Resolver } from "./guarded-agent.ts";

const { signal } = new AbortController();

/** A web server on this machine that keeps what it was asked. */
async function listen(listener: RequestListener) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    listener(request, response);
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  server.on("connection", (socket) => socket.on("error", () => undefined));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    port,
    place: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function http(options: Partial<GuardedHttpOptions> = {}): GuardedHttp {
  return openGuardedHttp({ allowedHosts: [], allowPrivate: [], timeoutMs: 60_000, bytesMax: 100_000, ...options });
}

async function refusal(guarded: GuardedHttp, url: string, options: object = {}): Promise<string> {
  const error: unknown = await guarded.fetch(url, { signal, ...options }).then(
    () => "it was done",
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ToolError)) throw new Error(`it was not refused: ${String(error)}`, { cause: error });
  return error.message;
}

describe("what an address is", () => {
  const KINDS: readonly (readonly [string, AddressKind])[] = [
    ["93.184.216.34", "public"],
    ["2606:2800:220:1::1", "public"],
    ["127.0.0.1", "private"],
    ["10.1.2.3", "private"],
    ["172.31.0.1", "private"],
    ["192.168.0.1", "private"],
    ["100.64.0.1", "private"],
    ["fd12::1", "private"],
    ["::1", "private"],
    ["0.0.0.0", "forbidden"],
    ["0.1.2.3", "forbidden"],
    ["169.254.169.254", "forbidden"],
    ["100.100.100.200", "forbidden"],
    ["168.63.129.16", "forbidden"],
    ["fd00:ec2::254", "forbidden"],
    ["224.0.0.1", "forbidden"],
    ["255.255.255.255", "forbidden"],
    ["198.18.0.1", "forbidden"],
    ["240.0.0.1", "forbidden"],
    ["::", "forbidden"],
    ["::ffff:127.0.0.1", "forbidden"],
    ["::ffff:8.8.8.8", "forbidden"],
    ["::127.0.0.1", "forbidden"],
    ["64:ff9b::7f00:1", "forbidden"],
    ["64:ff9b:1::7f00:1", "forbidden"],
    ["2002:7f00:1::", "forbidden"],
    ["2001::1", "forbidden"],
    ["fe80::1%eth0", "forbidden"],
    ["fec0::1", "forbidden"],
    ["ff02::1", "forbidden"],
    ["4000::1", "forbidden"],
    ["nonsense", "forbidden"],
  ];
  test.each(KINDS)("%s is %s", (address, kind) => expect(addressKind(address)).toBe(kind));
});

describe("refused without a connection", () => {
  const URLS: readonly (readonly [string, RegExp])[] = [
    ["file:///etc/passwd", /only http: and https:/],
    ["data:text/plain,hello", /only http: and https:/],
    ["ftp://example.com/", /only http: and https:/],
    ["javascript:alert(1)", /only http: and https:/],
    ["/etc/passwd", /no URL/],
    ["", /no URL/],
    ["http://", /no URL/],
    ["http://user:word@example.com/", /user or a password/],
    ["http://example.com@127.0.0.1/", /user or a password/],
    ["http://127.0.0.1/", /no public address/],
    ["http://127.1:8080/", /no public address/],
    ["http://2130706433/", /no public address/],
    ["http://0x7f000001/", /no public address/],
    ["http://0177.0.0.1/", /no public address/],
    ["http://0/", /no public address/],
    ["http://127.0.0.1./", /no public address/],
    ["http://①②⑦.0.0.1/", /no public address/],
    ["http:\\\\127.0.0.1/", /no public address/],
    ["http://169.254.169.254/latest/meta-data/", /no public address/],
    ["http://[::1]/", /no public address/],
    ["http://[::]/", /no public address/],
    ["http://[::ffff:127.0.0.1]/", /no public address/],
    ["http://[::ffff:7f00:1]/", /no public address/],
    ["http://[64:ff9b::127.0.0.1]/", /no public address/],
    ["http://[2002:7f00:1::]/", /no public address/],
    ["http://[fe80::1%25eth0]/", /no URL/],
    ["http://[fd00:ec2::254]/", /no public address/],
    ["http://example.com\r\nHost: internal/", /no URL/],
    [`http://example.com/${"a".repeat(10_000)}`, /at most 8000 characters/],
  ];
  test.each(URLS)("%s", async (url, reason) => {
    await using guarded = http();
    expect(await refusal(guarded, url)).toMatch(reason);
  });

  test.each([
    [{ "x-a": "b\r\nx-c: d" }, /line break/],
    [{ "x-a": "b\u0000" }, /line break/],
    [{ "x-a": "☃" }, /Latin-1/],
    [{ "x a": "b" }, /no name/],
    [{ "": "b" }, /no name/],
    [{ Host: "internal" }, /not to be set/],
    [{ "Transfer-Encoding": "chunked" }, /not to be set/],
    [{ "x-a": "b".repeat(40_000) }, /at most 32000/],
  ])("the headers %j", async (headers, reason) => {
    await using guarded = http();
    expect(await refusal(guarded, "http://93.184.216.34/", { headers })).toMatch(reason);
  });

  test("other methods, and bodies where there are none", async () => {
    await using guarded = http();
    expect(await refusal(guarded, "http://93.184.216.34/", { method: "CONNECT" })).toMatch(/no method/);
    expect(await refusal(guarded, "http://93.184.216.34/", { method: "GET\r\nX: y" })).toMatch(/no method/);
    expect(await refusal(guarded, "http://93.184.216.34/", { body: "a" })).toMatch(/no body/);
  });

  test("hosts that are not in the list, also those that look like one", async () => {
    await using guarded = http({ allowedHosts: ["api.example.com", "*.example.org", "example.net:8443"] });
    for (const url of [
      "https://example.com/",
      "https://api.example.com.attacker.test/",
      "https://example.org/",
      "https://badexample.org/",
      "https://example.net/",
      "https://93.184.216.34/",
    ]) {
      expect(await refusal(guarded, url)).toMatch(/is not allowed/);
    }
  });

  test("lists that make no sense are told when it is opened", () => {
    expect(() => http({ allowedHosts: ["http://example.com"] })).toThrow(/no host/);
    expect(() => http({ allowPrivate: ["localhost"] })).toThrow(/with a port/);
    expect(() => http({ allowPrivate: ["*.internal:80"] })).toThrow(/with a port/);
  });
});

describe("refused when it is connected", () => {
  const to = (...addresses: readonly string[]): Resolver => {
    let asked = 0;
    return (): Promise<{ address: string; family: number }[]> => {
      const address = addresses[Math.min(asked, addresses.length - 1)] ?? "";
      asked += 1;
      return Promise.resolve([{ address, family: address.includes(":") ? 6 : 4 }]);
    };
  };

  test.each(["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1", "fe80::1%lo", "::1"])(
    "a name that means %s",
    async (address) => {
      await using guarded = http({ resolve: to(address) });
      expect(await refusal(guarded, "http://looks-public.example/")).toContain(`looks-public.example is ${address}`);
    },
  );

  test("a name of which one address is public and another is not", async () => {
    const resolve: Resolver = () =>
      Promise.resolve([
        { address: "93.184.216.34", family: 4 },
        { address: "127.0.0.1", family: 4 },
      ]);
    await using guarded = http({ resolve });
    expect(await refusal(guarded, "http://both.example/")).toMatch(/no public address/);
  });

  test("a name that comes to mean another address: each connection looks at the one that it takes", async () => {
    await using web = await listen((_request, response) => response.setHeader("connection", "close").end("hello"));
    const resolve = to("127.0.0.1", "169.254.169.254");
    await using guarded = http({ resolve, allowPrivate: [`moves.example:${web.port}`] });
    const { status } = await guarded.fetch(`http://moves.example:${web.port}/`, { signal });
    expect(status).toBe(200);
    expect(await refusal(guarded, `http://moves.example:${web.port}/`)).toContain("moves.example is 169.254.169.254");
    expect(web.asked).toHaveLength(1);
  });

  test("localhost, by the resolver of this machine", async () => {
    await using guarded = http();
    expect(await refusal(guarded, "http://localhost:1/")).toMatch(/no public address/);
  });
});

describe("redirects", () => {
  test("to a place that may not be asked are not followed", async () => {
    await using target = await listen((_request, response) => response.end("secret"));
    const places = [
      `http://${target.place}/`,
      "http://[::ffff:127.0.0.1]/",
      "file:///etc/passwd",
      "//169.254.169.254/",
      "http://a:b@example.com/",
    ];
    await using web = await listen((request, response) => {
      response.writeHead(302, { location: places[Number(request.url?.slice(1))] }).end();
    });
    await using guarded = http({ allowPrivate: [web.place] });
    for (const index of places.keys()) {
      expect(await refusal(guarded, `http://${web.place}/${index}`)).toMatch(/no public address|only http|user or a password/);
    }
    expect(target.asked).toHaveLength(0);
  });

  test("take nothing secret to another origin", async () => {
    await using target = await listen((_request, response) => response.end("here"));
    await using web = await listen((_request, response) => response.writeHead(302, { location: `http://${target.place}/there` }).end());
    await using guarded = http({ allowPrivate: [web.place, target.place] });
    const headers = { Authorization: "Bearer t", Cookie: "a=b", "X-Api-Key": "k", Accept: "text/plain" };
    const answer = await guarded.fetch(`http://${web.place}/`, { signal, headers });
    expect(answer.url).toBe(`http://${target.place}/there`);
    expect(web.asked[0]?.headers).toMatchObject({ authorization: "Bearer t", "x-api-key": "k" });
    const { authorization, cookie, "x-api-key": key, accept } = target.asked[0]?.headers ?? {};
    expect({ authorization, cookie, key, accept }).toEqual({
      authorization: undefined,
      cookie: undefined,
      key: undefined,
      accept: "text/plain",
    });
    await using moved = await listen((_request, response) => response.writeHead(307, { location: `http://${target.place}/` }).end());
    await using other = http({ allowPrivate: [moved.place, target.place] });
    expect(await refusal(other, `http://${moved.place}/`, { method: "POST", body: "password" })).toMatch(/redirects a body/);
  });

  test("end, and become a GET where they should", async () => {
    await using web = await listen((request, response) => {
      if (request.url === "/done") response.end(request.method);
      else response.writeHead(303, { location: request.url === "/post" ? "/done" : "/again" }).end();
    });
    await using guarded = http({ allowPrivate: [web.place], redirectsMax: 3 });
    const { body } = await guarded.fetch(`http://${web.place}/post`, { signal, method: "POST", body: "a" });
    expect(Buffer.from(body).toString()).toBe("GET");
    // A query may hold a key.
    expect(await refusal(guarded, `http://${web.place}/again?key=secret`)).toBe(`${web.place} redirects more than 3 times`);
  });
});

describe("bodies", () => {
  test("come unpacked, with names of headers in small letters", async () => {
    await using web = await listen((_request, response) => {
      response.writeHead(418, { "Content-Encoding": "gzip", "X-Several": ["a", "b"] }).end(gzipSync("hello"));
    });
    await using guarded = http({ allowPrivate: [web.place] });
    const { status, headers, body } = await guarded.fetch(`http://${web.place}/`, { signal });
    expect({ status, several: headers["x-several"], text: Buffer.from(body).toString() }).toEqual({
      status: 418,
      several: "a, b",
      text: "hello",
    });
  });

  test.each([
    ["a large one", {}, Buffer.alloc(200_000), /larger than 100000 bytes/],
    ["one that unpacks to a lot", { "content-encoding": "gzip" }, gzipSync(Buffer.alloc(50_000_000)), /larger than 100000 bytes/],
    ["one that is not what it says", { "content-encoding": "gzip" }, Buffer.from("hello"), /and is not/],
    ["one that is packed strangely", { "content-encoding": "gzip, gzip" }, Buffer.from("hello"), /not understood/],
  ])("%s is refused", async (_name, headers, content, reason) => {
    await using web = await listen((_request, response) => response.writeHead(200, headers).end(content));
    await using guarded = http({ allowPrivate: [web.place] });
    expect(await refusal(guarded, `http://${web.place}/`)).toMatch(reason);
  });

  test("none is none, however it is said to be packed", async () => {
    await using web = await listen((_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end());
    await using guarded = http({ allowPrivate: [web.place] });
    expect(await guarded.fetch(`http://${web.place}/`, { signal })).toMatchObject({ status: 200, body: new Uint8Array() });
  });

  test("nobody who wants the status only waits for one, or is told what is wrong with it", async () => {
    await using web = await listen((request, response) => {
      response.writeHead(201, { "content-encoding": "gzip" });
      if (request.url === "/large") response.end(Buffer.alloc(200_000));
      else response.write("no gzip, and no end");
    });
    await using guarded = http({ allowPrivate: [web.place] });
    for (const path of ["large", "endless"]) {
      const answer = await guarded.fetch(`http://${web.place}/${path}`, { signal, headersOnly: true });
      expect(answer).toMatchObject({ status: 201, body: new Uint8Array() });
    }
  });

  test("a status that there is not is told as one", async () => {
    await using web = await listen(({ socket }) => socket.end("HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n"));
    await using guarded = http({ allowPrivate: [web.place] });
    expect(await refusal(guarded, `http://${web.place}/`)).toContain("the status 999, which there is not");
  });

  test("one that never ends is given up, and so is one whose caller has gone", async () => {
    await using web = await listen((_request, response) => void response.writeHead(200).write("a"));
    await using guarded = http({ allowPrivate: [web.place] });
    expect(await refusal(guarded, `http://${web.place}/`, { timeoutMs: 300 })).toMatch(/not answered within 300 ms/);
    const caller = new AbortController();
    const given = refusal(guarded, `http://${web.place}/`, { signal: caller.signal });
    await expect.poll(() => web.asked.length).toBe(2);
    caller.abort();
    expect(await given).toMatch(/was cancelled/);
  });

  test("a host that does not answer is told as one", async () => {
    const gone = await listen(() => undefined);
    await gone[Symbol.asyncDispose]();
    await using guarded = http({ allowPrivate: [gone.place] });
    expect(await refusal(guarded, `http://${gone.place}/`)).toMatch(/cannot be asked: ECONNREFUSED/);
  });
});
