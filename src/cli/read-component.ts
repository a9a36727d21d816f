import { targetComponent } from "../contract/pattern-target.ts";
import { TuttiError } from "../model/errors.ts";

/** Reads the name of a component. @throws TuttiError `usage` */
export function readComponent(text: string): string {
  if (targetComponent.safeParse(text).success) return text;
  throw new TuttiError("usage", "--component takes one line of 1 to 200 characters", {});
}
