/** Looks at other processes through /proc, as far as this user may. Who goes away meanwhile is passed over. */

import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';

/** An open descriptor of a process, and what it leads to. */
export interface OpenFile {
  readonly pid: number;
  readonly fd: string;
  /** `socket:[123]`, `anon_inode:inotify`, or a path. */
  readonly target: string;
}

/** Every open descriptor of the processes that this user may look into; `user` limits it to one user's processes. */
export async function openFiles(proc: string, user?: number): Promise<readonly OpenFile[]> {
  const found: OpenFile[] = [];
  for (const name of await readdir(proc)) {
    if (!/^\d+$/.test(name)) continue;
    if (user !== undefined && (await ownerOf(path.join(proc, name))) !== user) continue;
    const fds = path.join(proc, name, 'fd');
    for (const fd of await orNothing(readdir(fds), [])) {
      const target = await orNothing(readlink(path.join(fds, fd)), '');
      found.push({ pid: Number(name), fd, target });
    }
  }
  return found;
}

/** What the kernel tells of a descriptor; '' if it is closed by now. */
export async function descriptorText(proc: string, { pid, fd }: OpenFile): Promise<string> {
  return await orNothing(readFile(path.join(proc, String(pid), 'fdinfo', fd), 'utf8'), '');
}

/** The command line of a process for people, cut; '' if it is not to be seen. */
export async function commandOf(proc: string, pid: number): Promise<string> {
  const text = await orNothing(readFile(path.join(proc, String(pid), 'cmdline'), 'utf8'), '');
  const words = text.split('\0').join(' ').trim();
  return words.length > 80 ? `${words.slice(0, 79)}…` : words;
}

async function ownerOf(directory: string): Promise<number | undefined> {
  return await orNothing(
    stat(directory).then(({ uid }) => uid),
    undefined,
  );
}

/** A process that has ended, or that is another user's, has nothing to tell: that is no fault of the home. */
async function orNothing<Value>(asked: Promise<Value>, nothing: Value): Promise<Value> {
  return await asked.catch(() => nothing);
}
