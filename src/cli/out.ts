/** Where a command prints: data to standard output, what is meant for people to standard error. */

import { stripVTControlCharacters, styleText } from 'node:util';

/** A stream as far as printing needs it. */
export interface Stream {
  readonly isTTY?: boolean;
  /** Of a terminal: characters in a line. */
  readonly columns?: number;
  write(text: string): unknown;
}

export type Colour = 'green' | 'yellow' | 'red' | 'gray' | 'bold';

export interface Out {
  /** One line of data. */
  line(text: string): void;
  /** One JSON value: indented, or with `compact` on a single line. */
  json(value: unknown, form?: 'indented' | 'compact'): void;
  /** One line for a person, to standard error. */
  note(text: string): void;
  /** The text in this colour if data goes to a terminal. */
  paint(colour: Colour, text: string): string;
  /** On a terminal, removes what stands there. */
  clear(): void;
  /** Lines below everything else that the next draft replaces, cut to the width. Does nothing where data goes to no terminal. */
  draft(lines: readonly string[]): void;
  /** Data goes to a terminal that can move its cursor. */
  readonly isTerminal: boolean;
}

const CLEAR = '\u001b[H\u001b[2J\u001b[3J';
const DEFAULT_COLUMNS = 80;

/** An Out over two streams. NO_COLOR in `env` turns colours off. */
export function makeOut({
  stdout,
  stderr,
  env,
}: {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Out {
  const isTerminal = stdout.isTTY === true && env['TERM'] !== 'dumb';
  const hasColours = isTerminal && !env['NO_COLOR'];
  const drafts = new Drafts(stdout);
  return {
    isTerminal,
    line: (text) => drafts.around(() => stdout.write(`${text}\n`)),
    json: (value, form = 'indented') => {
      stdout.write(`${JSON.stringify(value, null, form === 'indented' ? 2 : 0)}\n`);
    },
    note: (text) => drafts.around(() => stderr.write(`${text}\n`)),
    paint: (colour, text) => {
      return hasColours ? styleText(colour, text, { validateStream: false }) : text;
    },
    clear: () => {
      if (isTerminal) stdout.write(CLEAR);
    },
    draft: (lines) => {
      if (isTerminal) drafts.replace(lines);
    },
  };
}

/** The lines at the end of a terminal that are not there to stay. */
class Drafts {
  readonly #stdout: Stream;
  #lines: readonly string[] = [];

  constructor(stdout: Stream) {
    this.#stdout = stdout;
  }

  replace(lines: readonly string[]): void {
    const width = (this.#stdout.columns ?? DEFAULT_COLUMNS) - 1;
    const fitting = lines.map((line) => cut(line, width));
    if (fitting.join('\n') === this.#lines.join('\n')) return;
    this.#erase();
    this.#lines = fitting;
    this.#print();
  }

  /** Writes what stays where the drafts stood, and the drafts below it again. */
  around(write: () => void): void {
    this.#erase();
    write();
    this.#print();
  }

  #erase(): void {
    if (this.#lines.length > 0) this.#stdout.write(`\u001b[${this.#lines.length}A\u001b[0J`);
  }

  #print(): void {
    if (this.#lines.length > 0) this.#stdout.write(`${this.#lines.join('\n')}\n`);
  }
}

/** At most `width` characters that can be seen; a line that is cut loses its colours. */
function cut(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : plain.slice(0, width);
}
