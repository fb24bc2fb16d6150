/** Who listens at a TCP port of this machine, as the kernel tells it. */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAbsence } from '../../host/private-file.ts';
import { commandOf, openFiles } from './processes.ts';

/** A listening socket. */
export interface Listening {
  /** In the kernel's hexadecimal form; only zeros is every address. */
  readonly address: string;
  readonly port: number;
  readonly user: number;
  readonly inode: string;
}

/** Who has a socket; `pid` undefined: this user may not see it. */
export interface Owner {
  readonly pid: number | undefined;
  readonly user: number;
  readonly command: string;
}

/** State of a socket that listens. Source: include/net/tcp_states.h. */
const LISTEN = '0A';

/** Reads the text of /proc/net/tcp or tcp6. Source: proc_pid_net(5). */
export function parseListening(text: string): readonly Listening[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , user, , inode] = line.trim().split(/\s+/);
    const [address, port] = local.split(':');
    if (state !== LISTEN || address === undefined || port === undefined) return [];
    return [{ address, port: Number.parseInt(port, 16), user: Number(user), inode: String(inode) }];
  });
}

/** Everybody who listens at `port`, whatever the address. */
export async function listenersAt(proc: string, port: number): Promise<readonly Owner[]> {
  const sockets: Listening[] = [];
  for (const name of ['net/tcp', 'net/tcp6']) {
    const text = await textOf(path.join(proc, name));
    sockets.push(...parseListening(text).filter((socket) => socket.port === port));
  }
  if (sockets.length === 0) return [];
  const open = await openFiles(proc);
  return await Promise.all(
    sockets.map(async ({ user, inode }) => {
      const pid = open.find(({ target }) => target === `socket:[${inode}]`)?.pid;
      return { pid, user, command: pid === undefined ? '' : await commandOf(proc, pid) };
    }),
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // A machine without IPv6 has no such table.
    if (isAbsence(error)) return '';
    throw error;
  }
}
