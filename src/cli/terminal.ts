import type { ReadStream, WriteStream } from "node:tty";
import { coloured, plain, wantsColour } from "./render/style.ts";
import { printLines } from "./render/span.ts";
import type { Line } from "./render/span.ts";
import type { Style } from "./render/style.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * One of the two streams that are written to. What cannot be written is dropped: an execution does not fail because
 * nobody can be told of it.
 */
export class Output {
  readonly stream: WriteStream;
  readonly style: Style;
  readonly #dumb: boolean;
  #failure: Error | undefined;

  constructor(stream: WriteStream, environment: Environment) {
    this.stream = stream;
    this.#dumb = environment["TERM"] === "dumb";
    this.style = wantsColour(this.isTerminal, environment) ? coloured : plain;
    stream.on("error", (error) => this.#fail(error));
  }

  /** Why something could not be written. A reader that has gone is no failure. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get isTerminal(): boolean {
    return this.stream.isTTY;
  }

  /** Whether what was written can be drawn anew. */
  get redraws(): boolean {
    return this.isTerminal && !this.#dumb;
  }

  /** Undefined when it is no terminal, or one that does not know: lines then are as long as they are. */
  get columns(): number | undefined {
    return this.isTerminal && this.stream.columns > 0 ? this.stream.columns : undefined;
  }

  get rows(): number | undefined {
    return this.isTerminal && this.stream.rows > 0 ? this.stream.rows : undefined;
  }

  write(text: string): void {
    if (this.stream.destroyed || this.#failure !== undefined) return;
    try {
      this.stream.write(text);
    } catch (error) {
      // Files are written at once; pipes tell later, by an event.
      this.#fail(error as Error);
    }
  }

  lines(lines: readonly Line[]): void {
    this.write(printLines(lines, { style: this.style, columns: this.columns }));
  }

  /** Resolves when all that was written has been handed over, or nobody takes it any more. */
  async flushed(): Promise<void> {
    if (this.stream.destroyed || this.#failure !== undefined) return;
    await new Promise<void>((resolve) => this.stream.write("", () => resolve()));
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (error.code !== "EPIPE") this.#failure ??= error;
  }
}

/** Something that is drawn again and again at the end of the terminal. */
export interface LivePicture {
  /** Writes text where it stays, above the picture. */
  above(text: string): void;
  /** Takes the picture away until it is disposed. */
  suspend(): Disposable;
}

/** The streams of a command. */
export class Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly input: ReadStream;
  #picture: LivePicture | undefined;

  constructor(
    streams: { readonly stdout: WriteStream; readonly stderr: WriteStream; readonly stdin: ReadStream },
    environment: Environment,
  ) {
    this.out = new Output(streams.stdout, environment);
    this.err = new Output(streams.stderr, environment);
    this.input = streams.stdin;
  }

  /** Whether a person can be asked. */
  get interactive(): boolean {
    return this.input.isTTY && this.err.isTerminal;
  }

  /** While it is shown, notices stand above it. */
  show(picture: LivePicture): Disposable {
    this.#picture = picture;
    return {
      [Symbol.dispose]: () => {
        this.#picture = undefined;
      },
    };
  }

  /** Leaves the terminal to something else, for as long as it is not disposed. */
  suspend(): Disposable {
    return this.#picture?.suspend() ?? { [Symbol.dispose]: () => undefined };
  }

  /** Says something on stderr that is not the result. */
  notice(text: string): void {
    if (this.#picture === undefined) this.err.write(`${text}\n`);
    else this.#picture.above(`${text}\n`);
  }

  noticeLines(lines: readonly Line[]): void {
    const text = printLines(lines, { style: this.err.style, columns: this.err.columns });
    this.notice(text.replace(/\n$/, ""));
  }
}
