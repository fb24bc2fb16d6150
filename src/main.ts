/** The program: puts command line and daemon together, which do not know each other, and owns the process. */

import { readFileSync } from 'node:fs';
import { main } from './cli/main.ts';
import type { Program } from './cli/program.ts';
import { nodeLog } from './host/node-log.ts';

/** A clean stop that takes longer than this is ended; every state on the disk is one that a start can go on from. */
const STOP_MS = 4800;

const version = readVersion();

/** The daemon is loaded when it is needed: most commands are short. */
const program: Program = {
  version,
  runDaemon: async (home, options) => {
    const { runDaemon } = await import('./daemon/main.ts');
    const format = process.stderr.isTTY ? 'text' : 'json';
    const sink = { write: options.log };
    await runDaemon(home, { ...options, version, log: nodeLog({ sink, format }) });
  },
  initHome: async (home, options) => {
    const { initHome } = await import('./daemon/init.ts');
    return await initHome(home, options);
  },
  openOffline: async (home) => {
    const { openOffline } = await import('./daemon/offline-config.ts');
    return await openOffline(home);
  },
  examine: async function* (home, options) {
    const { examine } = await import('./daemon/doctor/examine.ts');
    yield* examine(home, options);
  },
};

process.stdout.on('error', endQuietly);
process.stderr.on('error', endUnlessGone);
process.exitCode = await main({
  words: process.argv.slice(2),
  program,
  env: process.env,
  directory: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stopSignal(),
});

/** Aborts at the first signal to stop. A second one, or a stop that takes too long, ends the process at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1);
      setTimeout(() => process.exit(1), STOP_MS).unref();
      stop.abort();
    });
  }
  return stop.signal;
}

/** Whoever read our output went away, as `head` does: nobody is left to print for. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

/** A daemon outlives whoever read its log. */
function endUnlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const facts: unknown = JSON.parse(text);
  const isKnown = typeof facts === 'object' && facts !== null && 'version' in facts;
  return isKnown ? String(facts.version) : 'unknown';
}
