import { resourceWords } from "../model/resource-words.ts";
import type { ReplicaBook } from "./admission-books.ts";
import type { Amount, Claim } from "./claim.ts";

/** Why nobody could ever satisfy a claim, in words; undefined when somebody could. */
export function whyImpossible(
  { server, resources, leases }: Claim,
  replicas: readonly ReplicaBook[],
  leaseCapacity: (name: string) => number,
): string | undefined {
  for (const { name, amount } of leases) {
    const capacity = leaseCapacity(name);
    if (amount > capacity) return `it needs ${amount} of the shared resource "${name}", and there is ${capacity} in all`;
  }
  const has = (book: ReplicaBook, { name, amount }: Amount): boolean => book.resources.get(name)?.everFits(amount) ?? true;
  if (replicas.some((book) => resources.every((amount) => has(book, amount)))) return undefined;
  const scarce = resources.find((amount) => !replicas.some((book) => has(book, amount)));
  if (scarce === undefined) return `no replica of "${server}" has all that it needs: ${resources.map(inWords).join(", ")}`;
  const most = Math.max(0, ...replicas.map((book) => book.resources.get(scarce.name)?.capacity ?? 0));
  const owner = replicas.length === 1 ? `"${server}" has` : `no replica of "${server}" has more than`;
  return `it needs ${inWords(scarce)}, and ${owner} ${inWords({ name: scarce.name, amount: most })}`;
}

function inWords({ name, amount }: Amount): string {
  const words = resourceWords(name, amount);
  return `${words.key} ${words.amount}`;
}
