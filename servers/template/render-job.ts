/** What is asked of the process that renders. All of it is text: nothing in it can be an object with a prototype of its own. */
export type RenderJob = RenderWork | InspectWork;

export interface RenderWork {
  readonly type: "render";
  readonly source: string;
  /** What the source is once its Liquid is rendered. */
  readonly kind: SourceKind;
  readonly output: OutputFormat;
  /** JSON of an object. */
  readonly parameters: string;
  /** Of the page, when the output is HTML. */
  readonly title: string;
}

/** Finds out whether a source can be rendered at all, and what it reads. */
export interface InspectWork {
  readonly type: "inspect";
  readonly source: string;
}

export type SourceKind = "markdown" | "html";
export type OutputFormat = "markdown" | "html" | "text";

/** One answer for each job, after a first message that is only `ready`. */
export type RenderAnswer =
  | { readonly type: "rendered"; readonly content: string; readonly words: number }
  | { readonly type: "inspected"; readonly variables: readonly string[] }
  | { readonly type: "refused"; readonly message: string };
