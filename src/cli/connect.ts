/** Finds out whom to talk to: the daemon that has the home's lock, or the file if nobody has it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseHostPort } from '../api/address.ts';
import { asKithError, KithError } from '../base/error.ts';
import { homeFiles } from '../host/locations.ts';
import { readTextIfThere, requirePrivate } from '../host/private-file.ts';
import { DaemonClient } from './client.ts';
import type { Context } from './command.ts';
import type { HttpTarget } from './http.ts';
import type { OfflineConfig } from './program.ts';

/** Whoever answers for a home. */
export type Connection =
  | { readonly kind: 'daemon'; readonly client: DaemonClient }
  | { readonly kind: 'file'; readonly file: OfflineConfig };

/** A daemon that starts holds the lock for a while before its API answers. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 40;

/** What connecting needs of a command's context. */
export type ConnectContext = Pick<Context, 'home' | 'program' | 'signal'>;

/**
 * Connects. The lock decides: free, it is ours until `file` is disposed; taken, a daemon runs or starts. CONFIG_MISSING;
 * DAEMON_UNREACHABLE if the holder of the lock does not answer in time. The token goes out only while somebody holds the lock,
 * so never to a stranger at a dead daemon's address.
 */
async function connect({ home, program, signal }: ConnectContext): Promise<Connection> {
  const startMs = performance.now();
  for (;;) {
    const file = await program.openOffline(home);
    if (file !== undefined) return { kind: 'file', file };
    const client = await findClient(home, signal);
    const failure = client === undefined ? undefined : await probe(client);
    if (client !== undefined && failure === undefined) return { kind: 'daemon', client };
    if (performance.now() - startMs > PATIENCE_MS) {
      throw failure ?? new KithError('DAEMON_UNREACHABLE', { home });
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** The running daemon. DAEMON_NOT_RUNNING, and what `connect` throws. */
export async function connectToDaemon(context: ConnectContext): Promise<DaemonClient> {
  const connection = await connect(context);
  if (connection.kind === 'daemon') return connection.client;
  await connection.file[Symbol.asyncDispose]();
  throw new KithError('DAEMON_NOT_RUNNING', { home: homeFiles(context.home).home });
}

/** Runs `use` on the configuration, wherever it must be changed now, and lets go of it. */
export async function withConfiguration<Result>(
  context: ConnectContext,
  use: (service: DaemonClient | OfflineConfig) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(context);
  if (connection.kind === 'daemon') return await use(connection.client);
  await using file = connection.file;
  return await use(file);
}

/**
 * The daemon whose address stands in the home, which may have ended since: whoever calls this knows that somebody holds the
 * lock. undefined if no address stands there.
 */
export async function findClient(
  home: string,
  signal: AbortSignal,
): Promise<DaemonClient | undefined> {
  const target = await readTarget(home);
  return target === undefined ? undefined : new DaemonClient(target, { signal });
}

async function readTarget(home: string): Promise<HttpTarget | undefined> {
  const files = homeFiles(home);
  await requirePrivate([files.token]);
  const address = parseHostPort((await readTextIfThere(files.address))?.trim() ?? '');
  const token = (await readTextIfThere(files.token))?.trim();
  return address === undefined || token === undefined ? undefined : { address, token };
}

/** The reason why nobody answers yet; undefined if somebody does, though it were with a complaint. */
async function probe(client: DaemonClient): Promise<KithError | undefined> {
  try {
    await client.configuration();
    return undefined;
  } catch (error) {
    if (asKithError(error) === undefined) throw error;
    return asKithError(error, 'DAEMON_UNREACHABLE');
  }
}
