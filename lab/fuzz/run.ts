/**
 * Fuzzing from the command line:
 *   npm run fuzz -- [--minutes M] [--seconds S] [--seed N] [--keep] [TARGET…]     without a time: until Ctrl-C
 *   npm run fuzz -- --input FILE TARGET                                          one input again
 */

import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';
import { Executor } from './execution.ts';
import { TARGETS, targetNamed } from './targets.ts';

const USAGE = 2;

function readOptions() {
  const { values, positionals } = parseArgs({
    options: {
      minutes: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      input: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const targets = positionals.length > 0 ? positionals : TARGETS.map(({ name }) => name);
  for (const target of targets) targetNamed(target);
  const isBounded = values.minutes !== undefined || values.seconds !== undefined;
  const seconds = 60 * numberOf(values.minutes ?? '0') + numberOf(values.seconds ?? '0');
  return {
    targets,
    input: values.input,
    isKept: values.keep,
    seed: values.seed === undefined ? randomInt(2 ** 32) : numberOf(values.seed),
    milliseconds: isBounded ? seconds * 1000 : Number.POSITIVE_INFINITY,
  };
}

function numberOf(text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new Error(`${text} is not a number`);
  return Number(text);
}

/** Without counters: what an input does is the same with and without. */
async function runAgain(target: string, file: string): Promise<boolean> {
  const executor = new Executor(await targetNamed(target).load());
  const input = await readFile(file);
  const { failure } = await executor.run(new Uint8Array(input));
  console.log(failure === undefined ? `${target} holds` : `✖ ${target}: ${failure.text}`);
  return failure === undefined;
}

async function main(): Promise<number> {
  const { input, ...options } = readOptions();
  const [target] = options.targets;
  if (input !== undefined && target !== undefined) return (await runAgain(target, input)) ? 0 : 1;
  console.log(`seed ${options.seed}`);
  const end = new AbortController();
  process.once('SIGINT', () => end.abort());
  process.once('SIGTERM', () => end.abort());
  const write = (line: string): void => console.log(line);
  const { passed, failed } = await campaign({ ...options, signal: end.signal, write });
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = USAGE;
}
