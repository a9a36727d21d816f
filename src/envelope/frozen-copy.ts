/** A copy of plain data that nobody can change, at any depth. It is made for every call, so it has to be quick. */
export function frozenCopy<T extends object>(data: T): T {
  const copy = { ...data };
  // A list of what is left, and no recursion: data from outside may be deeper than the stack.
  const left: Members[] = [copy as Members];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    for (const key of Object.keys(part)) {
      const member = part[key];
      if (typeof member !== "object" || member === null) continue;
      const shallow = (Array.isArray(member) ? member.slice() : { ...member }) as Members;
      // The key is the copy's own, also when it is "__proto__": nothing inherited is reached.
      part[key] = shallow;
      left.push(shallow);
    }
    Object.freeze(part);
  }
  return copy;
}

/** Lists have members too. */
interface Members {
  [key: string]: unknown;
}
