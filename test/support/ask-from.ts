import { request } from "node:http";

/** What somebody at an address of this machine is answered. */
export interface Heard {
  readonly status: number;
  readonly text: string;
}

/** A request over HTTP. */
export interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of this machine, 127.0.0.0/8: whoever listens takes each for somebody else. */
  readonly address: string;
}

/** Asks from an address of one's own, which `fetch` cannot. */
export async function askFrom(url: string, { method, headers, body, address }: Asked): Promise<Heard> {
  return await new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, localAddress: address, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString("utf8") }));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}
