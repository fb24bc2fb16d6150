/** Where a command prints: data to standard output, what is meant for people to standard error. */

import { styleText } from 'node:util';

/** A stream as far as printing needs it. */
export interface Stream {
  readonly isTTY?: boolean;
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
}

const CLEAR = '\u001b[H\u001b[2J\u001b[3J';

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
  return {
    line: (text) => stdout.write(`${text}\n`),
    json: (value, form = 'indented') => {
      stdout.write(`${JSON.stringify(value, null, form === 'indented' ? 2 : 0)}\n`);
    },
    note: (text) => stderr.write(`${text}\n`),
    paint: (colour, text) => {
      return hasColours ? styleText(colour, text, { validateStream: false }) : text;
    },
    clear: () => {
      if (isTerminal) stdout.write(CLEAR);
    },
  };
}
