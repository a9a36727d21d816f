/** A copy of plain data that nobody can change, at any depth. What was made by this function is not copied again. */
export function frozenCopy<T extends object>(data: T): T {
  if (COPIES.has(data)) return data;
  const copy = { ...data };
  // A list of what is left, and no recursion: data from outside may be deeper than the stack.
  const left: object[] = [copy];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    for (const [key, member] of Object.entries(part)) {
      if (typeof member !== "object" || member === null) continue;
      const shallow: object = Array.isArray(member) ? [...member] : { ...member };
      // The key is the copy's own, also when it is "__proto__": nothing inherited is reached.
      Reflect.set(part, key, shallow);
      left.push(shallow);
    }
    Object.freeze(part);
  }
  COPIES.add(copy);
  return copy;
}

const COPIES = new WeakSet();
