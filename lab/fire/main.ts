/** The real daemon under fire: `npm run fire -- --help`. See docs/testing.md. */

import { HELP, type Options, readOptions } from './options.ts';
import { supervise } from './supervise.ts';
import { orderOf, work } from './work.ts';

const USAGE = 2;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: Options | undefined;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return USAGE;
  }
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  const order = orderOf(process.env);
  if (order !== undefined) return await work(options, order);
  try {
    return await supervise(options);
  } catch (error) {
    console.error(error);
    console.log('0 passed, 1 failed');
    return 1;
  }
}
