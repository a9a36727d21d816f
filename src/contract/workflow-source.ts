import * as z from "zod";

/** The text of one workflow file. */
export interface WorkflowFile {
  /** Its name, as it appears in messages. */
  readonly file: string;
  /** YAML or JSON. */
  readonly text: string;
}

/** A workflow file with the files of all workflows that its steps run, also of theirs. */
export interface WorkflowSource extends WorkflowFile {
  readonly children?: readonly WorkflowFile[];
}

const workflowFile: z.ZodType<WorkflowFile> = z.strictObject({ file: z.string(), text: z.string() });

/** A workflow as text, with its children. */
export const workflowSource: z.ZodType<WorkflowSource> = z.strictObject({
  file: z.string(),
  text: z.string(),
  children: z.array(workflowFile).exactOptional(),
});
