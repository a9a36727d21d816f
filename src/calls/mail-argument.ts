/**
 * What an argument of a mail tool is about: who gets the mail, who sends it, headers of the caller's own, a whole message,
 * a line of the head of a message, a line of the head of one of its parts, or text that people read.
 */
export type MailArgument = "recipients" | "sender" | "headers" | "whole" | "head" | "part" | "text" | "other";

/** Tells it by the name of the argument. Servers spell names differently, and one that is missed is a way out. */
export function mailArgument(name: string): MailArgument {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return SHAPES.find(([, shape]) => shape.test(plain))?.[0] ?? "other";
}

/** Of names in lower case, without anything but letters and digits. */
const SHAPES: readonly (readonly [MailArgument, RegExp])[] = [
  [
    "recipients",
    /^(?:resent|envelope|smtp|e?mail|send|deliver(?:ed)?)?(?:to|cc|bcc|rcpt(?:to)?|recipients?|receivers?|addressees?)(?:lists?|e?mails?|address(?:es)?|recipients?)?$/,
  ],
  ["sender", /^(?:resent|envelope|smtp|e?mail)?(?:from|sender|replyto|returnpath)(?:e?mail|address(?:es)?|name)?$/],
  ["headers", /headers?$/],
  ["whole", /^(?:raw|mime|eml|rfc822)(?:message|content|data|source|e?mail|mime)?$/],
  ["head", /^(?:subject|inreplyto|references|messageid)$/],
  ["part", /^(?:(?:file)?name|content(?:type|id|disposition)|cid)$/],
  ["text", /^(?:body|text|html|content|message|markdown)(?:text|html|body|content)?$/],
];
