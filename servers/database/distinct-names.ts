/** Columns of one name are told apart, so that no value takes the place of another one: `id`, `id:2`. */
export function distinctNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name === "__proto__" ? "__proto__:1" : name;
    // Another column may have the very name that tells this one apart.
    for (let nth = 2; taken.has(own); nth += 1) own = `${name}:${nth}`;
    taken.add(own);
    return own;
  });
}
