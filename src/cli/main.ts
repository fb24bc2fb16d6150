/** The command line's outermost part: picks the command, prints errors, and alone decides exit codes. */

import { CommanderError } from 'commander';
import { asKithError } from '../base/error.ts';
import { defaultHome } from '../host/locations.ts';
import { ExitCode } from './command.ts';
import { makeCommandLine } from './command-line.ts';
import { COMMANDS, GROUPS } from './commands.ts';
import { errorLines } from './error-text.ts';
import { makeOut, type Stream } from './out.ts';
import type { Program } from './program.ts';

/** The surroundings of one run. */
export interface MainOptions {
  /** Without the interpreter and the script. */
  readonly words: readonly string[];
  readonly program: Program;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly signal: AbortSignal;
}

/** Runs one command line to its end. Never rejects: every error has been printed, and has its exit code. */
export async function main(options: MainOptions): Promise<ExitCode> {
  const { words, program, env, directory, stdout, stderr, signal } = options;
  const out = makeOut({ stdout, stderr, env });
  let code: ExitCode = ExitCode.ok;
  const line = makeCommandLine({
    version: program.version,
    commands: COMMANDS,
    groups: GROUPS,
    writeOut: (text) => stdout.write(text),
    writeError: (text) => stderr.write(text),
    onCommand: async ({ command, words: said, home }) => {
      const place = home || env['KITH_HOME'] || defaultHome({ platform: process.platform, env });
      code = await command.start(said, { home: place, directory, env, program, out, signal });
    },
  });
  try {
    await line.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    if (isInterruption(error, signal)) return ExitCode.failed;
    for (const text of errorLines(error)) out.note(text);
    if (asKithError(error, 'USAGE_INVALID') === undefined) return ExitCode.failed;
    out.note('(--help explains it)');
    return ExitCode.usage;
  }
}

/** A person ended the command: that needs no explanation. Node wraps the reason of a sleep in an error of its own. */
function isInterruption(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Error && error.name === 'AbortError'));
}
