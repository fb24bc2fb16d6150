/** `npm run fuzz`: looks for inputs that make a decoder of foreign bytes break one of its laws, and runs one again. */

import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';
import { Executor } from './execution.ts';
import { TARGETS, targetNamed } from './targets.ts';

const HELP = `npm run fuzz -- [TARGET…]

Changes valid inputs and gives them to the decoders of whatever comes from outside, until one of
them breaks a law (docs/testing.md). Without names all of them, and without a time in rounds until
Ctrl-C. What breaks a law is made small, kept in test/corpus/TARGET/, and told with the command
that runs it again.

  --minutes M    all of them together within this time
  --seconds S    the same, in seconds
  --seed N       the first search is drawn from this number (one of chance, which is told)
  --keep         puts the fewest inputs that take all known ways in the place of test/corpus
  --input FILE   runs this input of the one TARGET again
  --list         what there is

  npm run fuzz
  npm run fuzz -- --minutes 4 --seed 1
  npm run fuzz -- --seconds 30 bep-index config
  npm run fuzz -- --input test/corpus/lz4/failing-0a1b2c3d4e5f.bin lz4

The last line is N passed, N failed, in targets. Exit codes: 0 nothing was found, 1 something was,
2 the command line is not understood.
`;

const OPTIONS = {
  minutes: { type: 'string' },
  seconds: { type: 'string' },
  seed: { type: 'string' },
  input: { type: 'string' },
  keep: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const USAGE = 2;

/** Words that cannot be followed; told without a stack. */
class Misspoken extends Error {}

function readOptions(args: string[]) {
  const { values, positionals } = understood(() =>
    parseArgs({ args, options: OPTIONS, allowPositionals: true }),
  );
  const targets = positionals.length > 0 ? positionals : TARGETS.map(({ name }) => name);
  for (const target of targets) understood(() => targetNamed(target));
  if (values.input !== undefined && positionals.length !== 1)
    throw new Misspoken('--input FILE needs the name of one target');
  const isBounded = values.minutes !== undefined || values.seconds !== undefined;
  const seconds = 60 * numberOf(values.minutes ?? '0') + numberOf(values.seconds ?? '0');
  if (isBounded && seconds === 0) throw new Misspoken('in no time nothing is found');
  return {
    ...values,
    targets: [...new Set(targets)],
    seed: values.seed === undefined ? randomInt(2 ** 32) : numberOf(values.seed),
    milliseconds: isBounded ? seconds * 1000 : Number.POSITIVE_INFINITY,
  };
}

function understood<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new Misspoken(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new Misspoken(`${text} is not a number`);
  return Number(text);
}

/** Without counters: what an input does is the same with and without. */
async function runAgain(target: string, file: string): Promise<number> {
  const executor = new Executor(await targetNamed(target).load());
  const input = await readFile(file);
  const { failure } = await executor.run(new Uint8Array(input));
  console.log(failure === undefined ? `✔ ${target} holds` : `✖ ${target}: ${failure.text}`);
  console.log(failure === undefined ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return failure === undefined ? 0 : 1;
}

async function main(args: string[]): Promise<number> {
  const { help, list, input, keep, targets, seed, milliseconds } = readOptions(args);
  if (help) process.stdout.write(HELP);
  else if (list) console.log(TARGETS.map(({ name }) => name).join('\n'));
  if (help || list) return 0;
  const [target] = targets;
  if (input !== undefined && target !== undefined) return await runAgain(target, input);
  console.log(`seed ${seed}, ${targets.length} targets`);
  const end = new AbortController();
  process.once('SIGINT', () => end.abort());
  process.once('SIGTERM', () => end.abort());
  const write = (line: string): void => console.log(line);
  const options = { targets, seed, milliseconds, isKept: keep, signal: end.signal, write };
  const { passed, failed } = await campaign(options);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Misspoken)) throw error;
  console.error(`${error.message}; npm run fuzz -- --help tells what there is`);
  process.exitCode = USAGE;
}
