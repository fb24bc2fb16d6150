/** Looks for a story that a planted bug breaks, in a process of its own. */

import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type DrawOptions, drawText } from '../chaos/draw-options.ts';
import type { Tally } from '../chaos/soak.ts';
import type { Violation } from '../chaos/violation.ts';
import { VARIABLE } from './bugs.ts';

export interface Hunt {
  /** Of the planted bug; undefined: the program as it is. */
  readonly name: string | undefined;
  /** The kind of stories; all kinds if absent. */
  readonly draw?: DrawOptions | undefined;
  /** The first seed; the others follow. */
  readonly from: number;
  /** Seconds of the processor. */
  readonly budgetS: number;
  /** Stories at most. */
  readonly count?: number;
}

/** `broken`: the process ended otherwise than it should; text tells how. */
export type Caught =
  | {
      readonly kind: 'found';
      readonly seed: number;
      readonly violation: Violation;
      readonly seeds: number;
      readonly cpuS: number;
    }
  | { readonly kind: 'nothing'; readonly seeds: number; readonly cpuS: number }
  | { readonly kind: 'broken'; readonly text: string };

const HERE = import.meta.dirname;
/** A busy machine gives a process so small a share of its processors, and no less. */
const SHARE = 1 / 12;
/** That is no violation of anything: the planted text itself does not run. */
const MISPLANTED = /\b(?:ReferenceError|SyntaxError|TypeError)\b/;

/** Runs story after story until one is broken or the budget is spent. */
export function hunt({ name, draw, from, budgetS, count }: Hunt): Promise<Caught> {
  const { [VARIABLE]: _, ...env } = process.env;
  const args = ['--import', path.join(HERE, 'hook.ts'), path.join(HERE, '../chaos/main.ts')];
  args.push('--step', '1', '--from', `${from}`, '--cpu', `${budgetS}`);
  if (count !== undefined) args.push('--count', `${count}`);
  if (draw !== undefined) args.push('--draw', drawText(draw));
  const child = spawn(process.execPath, args, {
    env: name === undefined ? env : { ...env, [VARIABLE]: name },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: Math.ceil((budgetS * 1000) / SHARE),
    killSignal: 'SIGKILL',
  });
  let tally: Tally | undefined;
  let errors = '';
  createInterface(child.stdout).on('line', (line) => {
    tally = JSON.parse(line) as Tally;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(caught(code, tally, errors)));
  });
}

function caught(code: number | null, tally: Tally | undefined, errors: string): Caught {
  if (tally === undefined || (code !== 0 && code !== 1)) {
    return { kind: 'broken', text: `ended with ${code}: ${errors.slice(0, 2_000)}` };
  }
  const [failure] = tally.failures;
  const sums = { seeds: tally.runs, cpuS: tally.cpuMs / 1000 };
  if (failure === undefined) return { kind: 'nothing', ...sums };
  const { seed, violation } = failure;
  if (violation.invariant === 'crash' && MISPLANTED.test(violation.what)) {
    return { kind: 'broken', text: violation.what };
  }
  return { kind: 'found', seed, violation, ...sums };
}
