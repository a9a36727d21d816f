/** Purchases of users with tastes, as CSV: each takes mostly items of one of four kinds. The same each time. */
export function purchasesCsv({ users = 120, items = 40, each = 12 } = {}): string {
  const lines = ["user_id,item_id,amount,at"];
  let state = 7;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let user = 0; user < users; user += 1) {
    for (let purchase = 0; purchase < each; purchase += 1) {
      const kind = below(10) < 9 ? user % 4 : below(4);
      const item = kind + 4 * below(items / 4);
      const day = String(1 + below(28)).padStart(2, "0");
      lines.push(`u${user},p${item},${5 + below(9_500) / 100},2024-0${1 + below(9)}-${day} ${10 + below(10)}:00:00`);
    }
  }
  return `${lines.join("\n")}\n`;
}
