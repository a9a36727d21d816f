/** The same object without its undefined members: `{ a: 1, b: undefined }` gives `{ a: 1 }`. */
export function defined<T extends object>(
  members: T,
): { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
} {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
