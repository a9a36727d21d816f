/** Whether users besides its owner may read, write or enter a file or folder. Never true on Windows, where its mode says nothing. */
export function isOpenToOthers({ mode }: { readonly mode: number }): boolean {
  return process.platform !== "win32" && (mode & 0o077) !== 0;
}
