/** A command as data: its words, arguments and options, how they become trusted input, and what it does. */

import type { z } from 'zod';
import { mistakesOf } from '../api/mistakes.ts';
import { KithError } from '../base/error.ts';
import type { Out } from './out.ts';
import type { Program } from './program.ts';

/** What a process says when it ends. */
export const ExitCode = { ok: 0, failed: 1, usage: 2, attention: 3, timedOut: 4 } as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What a command has to work with. */
export interface Context {
  /** Absolute or relative to `directory`. */
  readonly home: string;
  /** Where the person stands: relative paths begin here. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly program: Program;
  readonly out: Out;
  /** Aborts when the person wants the command to end. */
  readonly signal: AbortSignal;
}

/** An argument or option as a person sees it. `form` is `<id>`, `[folder]`, `--json` or `--name <text>`. */
export interface Word {
  readonly form: string;
  readonly about: string;
  /** The option may be given several times; its value is a list. */
  readonly isMany?: boolean;
}

interface Spoken {
  /** One or two words, `status` or `device add`. */
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly Word[];
  readonly options?: readonly Word[];
  /** Whole command lines that work. */
  readonly examples: readonly string[];
}

/** A command, ready to be run with what the command line holds. */
export interface Command extends Spoken {
  /** `words` holds arguments and options by name. USAGE_INVALID if they do not fit. */
  start(words: Readonly<Record<string, unknown>>, context: Context): Promise<ExitCode>;
}

/** Makes a command whose input is what `input` makes of the words: a key for each argument and option, in camel case. */
export function defineCommand<Input extends z.ZodType>(
  spec: Spoken & {
    readonly input: Input;
    readonly run: (input: z.output<Input>, context: Context) => Promise<ExitCode>;
  },
): Command {
  const { input, run, ...spoken } = spec;
  return {
    ...spoken,
    start: async (words, context) => {
      const read = input.safeParse(words);
      if (read.success) return await run(read.data, context);
      const reasons = mistakesOf(read.error).map(
        ({ path, text }) => `${nameOf(path[0], spoken)}: ${text}`,
      );
      throw new KithError('USAGE_INVALID', { reasons });
    },
  };
}

/** An option as it is typed, or an argument as help shows it. */
function nameOf(key: string | number | undefined, { name, options = [] }: Spoken): string {
  if (key === undefined) return name;
  const typed = `--${String(key).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return options.some(({ form }) => form.split(' ')[0] === typed)
    ? typed
    : String(key).toUpperCase();
}
