/** Where a command prints: data to standard output, what is meant for people to standard error. */

import { stripVTControlCharacters, styleText } from 'node:util';
import { type BarStyle, barStyle } from './progress/bar.ts';

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
  /** Where data goes to a terminal, removes what stands there. */
  clear(): void;
  /** Whole lines of a log, each with its end, to standard error. */
  log(lines: string): void;
  /**
   * Lines on standard error, below everything else, that the next draft replaces; cut to the width. Does nothing where that is
   * no terminal.
   */
  draft(lines: readonly string[]): void;
  /** Of the terminal that drafts appear on; undefined if there is none. */
  readonly live: LiveTerminal | undefined;
  /** Data goes to a terminal that can move its cursor. */
  readonly isTerminal: boolean;
}

export interface LiveTerminal {
  /** Characters that fit in a line now. */
  readonly width: () => number;
  /** Of its bars. */
  readonly style: BarStyle;
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
  const isLive = stderr.isTTY === true && env['TERM'] !== 'dumb';
  const drafts = new Drafts(stderr);
  return {
    isTerminal,
    live: isLive ? { width: () => drafts.width, style: barStyle(env) } : undefined,
    line: (text) => drafts.around(() => stdout.write(`${text}\n`)),
    json: (value, form = 'indented') => {
      const text = JSON.stringify(value, null, form === 'indented' ? 2 : 0);
      drafts.around(() => stdout.write(`${text}\n`));
    },
    note: (text) => drafts.around(() => stderr.write(`${text}\n`)),
    log: (lines) => drafts.around(() => stderr.write(lines)),
    paint: (colour, text) => {
      return hasColours ? styleText(colour, text, { validateStream: false }) : text;
    },
    clear: () => {
      if (isTerminal) stdout.write(CLEAR);
    },
    draft: (lines) => {
      if (isLive) drafts.replace(lines);
    },
  };
}

/** The lines at the end of a terminal that are not there to stay. */
class Drafts {
  readonly #stream: Stream;
  #lines: readonly string[] = [];

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** The last column stays empty: some terminals would go on to the next line. */
  get width(): number {
    return (this.#stream.columns || DEFAULT_COLUMNS) - 1;
  }

  replace(lines: readonly string[]): void {
    const fitting = lines.map((line) => cut(line, this.width));
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
    if (this.#lines.length > 0) this.#stream.write(`\u001b[${this.#lines.length}A\u001b[0J`);
  }

  #print(): void {
    if (this.#lines.length > 0) this.#stream.write(`${this.#lines.join('\n')}\n`);
  }
}

/** At most `width` characters that can be seen; a line that is cut loses its colours. */
function cut(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : plain.slice(0, width);
}
