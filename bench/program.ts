/** A program that runs for a while on one side. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Pair, Running, Side } from './contender.ts';

const STOP_MS = 20_000;

/** Starts it; what it prints goes to a file in the side's state. Disposing stops it by its own id. */
export function startProgram(
  pair: Pair,
  side: Side,
  {
    command,
    env = {},
  }: { readonly command: readonly string[]; readonly env?: Record<string, string> },
): Running {
  const [file, ...args] = pair.on(side, command);
  const log = openSync(path.join(side.state, 'output.log'), 'a');
  const child = spawn(file, args, {
    stdio: ['ignore', log, log],
    env: { ...process.env, HOME: side.state, ...env },
  });
  // Ours would keep the file system busy.
  closeSync(log);
  return {
    processorSeconds: () => processorSeconds(child.pid ?? 0),
    [Symbol.asyncDispose]: () => stop(child),
  };
}

/** From the system's count in hundredths, user and kernel together. */
function processorSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(limit);
}

/** Asks again every 50 ms until the answer is yes; errors count as no. Throws after a minute, with the last error. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      if (await isSo()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not in time`, { cause: last });
}
