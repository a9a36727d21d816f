import type { State } from "../kit/state/state.ts";

/** Who has a letter already that others have yet to get: the mail server has put off some, and taken it for the rest. */
export type TakenTable = ReturnType<typeof takenTable>;

/** Forgets letters that are not in the outbox any more. */
export function takenTable({ database }: State) {
  database.exec("DELETE FROM taken WHERE letter NOT IN (SELECT id FROM outbox)");
  const of = database.prepare("SELECT address FROM taken WHERE letter = ?");
  const insert = database.prepare("INSERT OR IGNORE INTO taken (letter, address) VALUES (?, ?)");
  return {
    of: (letter: string): readonly string[] => of.all(letter).map((row) => String(row["address"])),
    add(letter: string, addresses: readonly string[]): void {
      for (const address of addresses) insert.run(letter, address);
    },
  };
}
