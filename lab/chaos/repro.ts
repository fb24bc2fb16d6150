/** A failure as a file: the script, what it violated, and on which commit. */

import { readFileSync, writeFileSync } from 'node:fs';
import { describeDecision, type Script } from './script.ts';
import type { Violation } from './violation.ts';

export interface Repro {
  /** What is told, in a sentence. */
  readonly story: string;
  /** On which it was found. */
  readonly commit: string;
  /** What was violated when it was found. */
  readonly violation: Violation;
  readonly script: Script;
}

/** Reads what `writeRepro` wrote. Throws in words if it is something else. */
export function readRepro(file: string): Repro {
  const read = JSON.parse(readFileSync(file, 'utf8')) as Partial<Repro>;
  const { script } = read;
  if (script?.format !== 1 || !Array.isArray(script.decisions) || !Array.isArray(script.cast)) {
    throw new Error(`${file} is no script of format 1`);
  }
  return read as Repro;
}

export function writeRepro(file: string, repro: Repro): void {
  writeFileSync(file, `${JSON.stringify(repro, null, 2)}\n`);
}

/** The whole story for people. */
export function tellRepro({ story, violation, script }: Repro): string {
  const cast = script.cast.map(({ name, ...traits }) => {
    const facts = Object.entries(traits).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
    return `  ${name}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}`;
  });
  return [
    story,
    `devices, linked ${script.links.map(([a, b]) => `${a}-${b}`).join(' ')}:`,
    ...cast,
    'decisions:',
    ...script.decisions.map((decision) => `  ${describeDecision(decision)}`),
    `violates ${violation.invariant}: ${violation.what}`,
  ].join('\n');
}
