/** Where the values of `${{ secrets.NAME }}` come from: the environment or a file. They are read at the moment of use. */
export interface Secrets {
  /** Undefined when there is no such secret. */
  get(name: string): Promise<string | undefined>;
}
