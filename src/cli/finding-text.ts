/** A finding of the doctor as one line for people. */

import { CHECKS, type Finding } from '../api/finding.ts';
import { plainText } from './format.ts';
import type { Colour, Out } from './out.ts';

const SIGNS: Readonly<Record<Finding['state'], readonly [string, Colour]>> = {
  ok: ['✓', 'green'],
  warn: ['!', 'yellow'],
  bad: ['✗', 'red'],
};
const WIDTH = Math.max(...CHECKS.map((name) => name.length));

/** `✗ port  what is wrong → how it is mended`. */
export function findingLine({ check, state, text, mend }: Finding, paint: Out['paint']): string {
  const [sign, colour] = SIGNS[state];
  const remedy = mend === null ? '' : ` ${paint('bold', '→')} ${plainText(mend)}`;
  return `${paint(colour, sign)} ${check.padEnd(WIDTH)}  ${plainText(text)}${remedy}`;
}
