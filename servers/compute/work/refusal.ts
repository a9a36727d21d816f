/** What a thread says no with: it is told to whoever called, and the machine is not at fault. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
