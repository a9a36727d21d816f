/** All of a body as text; bytes that are no UTF-8 are replaced. Undefined when it has more than `limitBytes`. */
export async function readText(body: AsyncIterable<Buffer>, limitBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    // Leaving the loop destroys the body, and with it the socket.
    if (sizeBytes > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return (chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)).toString("utf8");
}
