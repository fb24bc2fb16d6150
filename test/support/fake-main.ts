/** An executable with a fake daemon: the real command line, files, lock and API, in processes of their own. */

import { main } from '../../src/cli/main.ts';
import { fakeProgram } from './fake-daemon.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
process.exitCode = await main({
  words: process.argv.slice(2),
  program: fakeProgram(new Map()),
  env: process.env,
  directory: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
});
