/** Why a connection ended, and how that is told to the device and to the log. */

import { asKithError } from '../base/error.ts';
import type { Log } from '../ports/log.ts';

const MOST_REASON = 500;

/** We end it, and nothing is wrong; the message is for the device. */
export class Leaving extends Error {
  override readonly name = 'Leaving';
}

/** The device ended it; the message is what it said. */
export class ClosedByPeer extends Error {
  override readonly name = 'ClosedByPeer';
}

/** What the device is told: of its own mistakes all there is to know, of ours next to nothing. */
export function reasonOf(ending: unknown): string {
  if (ending instanceof Leaving || ending instanceof ClosedByPeer) return ending.message;
  const known = asKithError(ending);
  if (known === undefined) return 'internal error';
  if (known.kind !== 'invalid') return known.message;
  return `${known.message}: ${JSON.stringify(known.data)}`.slice(0, MOST_REASON);
}

/** Logs the end; `facts` say which connection it was. */
export function logEnding(
  log: Log,
  ending: unknown,
  facts: Readonly<Record<string, unknown>>,
): void {
  const known = asKithError(ending);
  const reason = reasonOf(ending);
  if (ending instanceof Leaving || ending instanceof ClosedByPeer) {
    log.write('info', 'connection-closed', { ...facts, reason });
  } else if (known === undefined || known.kind === 'bug') {
    // It ends this connection and nothing else: no device can bring the others down.
    const stack = ending instanceof Error ? ending.stack : String(ending);
    log.write('error', 'connection-failed', { ...facts, reason, stack });
  } else {
    const level = known.kind === 'transient' ? 'info' : 'warn';
    log.write(level, 'connection-lost', { ...facts, code: known.code, reason });
  }
}
