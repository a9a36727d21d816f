import { createHash, createHmac, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { WebSocket } from "ws";

/** Listens to a cluster with nothing but what docs/cluster.md says; resolves when it has joined. */
export function listen(url: string, key: string, heard: (message: Record<string, unknown>) => void): Promise<WebSocket> {
  const socket = new WebSocket(url);
  const join = {
    type: "join",
    role: "listener",
    name: "ear-1",
    instance: randomUUID(),
    timestamp: new Date().toISOString(),
    nonce: randomBytes(32).toString("base64url"),
  };
  const hmac = (secret: string | Buffer, text: string): string => createHmac("sha256", secret).update(text).digest("base64url");
  let transcript = "";
  let frameKey: Buffer | undefined;
  let counter = 0;

  return new Promise((resolve, reject) => {
    socket.on("open", () => socket.send(JSON.stringify(join)));
    socket.on("error", reject);
    socket.on("message", (data: Buffer) => {
      const text = data.toString("utf8");
      const frame = JSON.parse(text) as Record<string, string>;
      if (frameKey !== undefined) {
        counter += 1;
        const sealed = text.slice(0, -53); // ,"mac":"43 characters"}
        if (Number(frame["counter"]) !== counter || hmac(frameKey, sealed) !== frame["mac"]) return socket.terminate();
        return heard(frame);
      }
      switch (frame["type"]) {
        case "challenge": {
          const { role, name, instance, timestamp, nonce } = join;
          transcript = [role, name, instance, timestamp, nonce, frame["hub"], frame["timestamp"], frame["nonce"]].join("\n");
          socket.send(JSON.stringify({ type: "proof", proof: hmac(key, `tutti-cluster-1 client\n${transcript}`) }));
          return;
        }
        case "joined": {
          if (frame["proof"] !== hmac(key, `tutti-cluster-1 hub\n${transcript}`)) return reject(new Error("that is another hub"));
          const salt = createHash("sha256").update(transcript).digest();
          frameKey = Buffer.from(hkdfSync("sha256", key, salt, "tutti-cluster-1 hub frames", 32));
          return resolve(socket);
        }
        default:
          return reject(new Error(frame["message"]));
      }
    });
  });
}
