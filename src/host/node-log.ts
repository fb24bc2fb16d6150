/** ports/log on pino: JSON lines for programs, one readable line each on a terminal. Secrets never come out. */

import { styleText } from 'node:util';
import { type Logger, pino } from 'pino';
import type { Log, LogLevel } from '../ports/log.ts';

/** Where lines go: each `write` gets one whole line. */
export interface LogSink {
  write(line: string): unknown;
}

export interface NodeLogOptions {
  readonly sink: LogSink;
  /** `json`: one object a line with `level`, `time` (ISO 8601), `event` and the facts. `text`: for a person. */
  readonly format: 'json' | 'text';
  /** The least that is written; `info` unless said otherwise. */
  readonly level?: LogLevel;
}

/** Facts with these names are secrets wherever they stand: they are replaced before anything is written. */
const SECRET_NAME = /token|secret|password|passphrase|authorization|private|keypem/i;
const MASK = '[hidden]';
const MAX_DEPTH = 6;

/** A Log over `sink`. Errors in the facts appear with code, message and stack; nothing is thrown for a strange fact. */
export function nodeLog({ sink, format, level = 'info' }: NodeLogOptions): Log {
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    format === 'json' ? sink : { write: (line) => sink.write(readable(line)) },
  );
  return {
    write: (at, event, facts) => logger[at]({ event, ...withoutSecrets(facts) }),
  };
}

function withoutSecrets(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(facts)) {
    safe[name] = SECRET_NAME.test(name) ? MASK : plain(value, 0);
  }
  return safe;
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return plainError(value, depth);
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (depth >= MAX_DEPTH) return '[…]';
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  const safe: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    safe[name] = SECRET_NAME.test(name) ? MASK : plain(inner, depth + 1);
  }
  return safe;
}

function plainError(error: Error, depth: number): unknown {
  const { message, stack } = error;
  const facts = plain({ ...error }, depth + 1);
  const known = typeof facts === 'object' ? facts : {};
  const cause =
    error.cause === undefined || depth >= MAX_DEPTH ? {} : { cause: plain(error.cause, depth + 1) };
  return { ...known, message, stack, ...cause };
}

const COLOURS = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' } as const;

function readable(line: string): string {
  const { level, time, event, ...facts } = JSON.parse(line);
  const colour = COLOURS[isLevel(level) ? level : 'error'];
  const rest = Object.entries(facts).map(([name, value]) => `${name}=${shown(value)}`);
  const clock = String(time).slice(11, 19);
  return `${[clock, styleText(colour, String(level).padEnd(5)), String(event), ...rest].join(' ')}\n`;
}

/** JSON escapes what would move the cursor, except for the second range of control characters. */
function shown(value: unknown): string {
  const isBare = typeof value === 'string' && /^[\w./:@+-]+$/.test(value);
  if (isBare) return value;
  const escaped = (character: string) =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return (JSON.stringify(value) ?? 'undefined').replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    escaped,
  );
}

function isLevel(text: unknown): text is LogLevel {
  return typeof text === 'string' && Object.hasOwn(COLOURS, text);
}
