/** Programs that only tests of the disk run: each shows one way in which a job can end. */

import { KithError } from '../../src/base/error.ts';
import {
  abilities,
  list,
  makeDir,
  openDir,
  openFile,
  openRoot,
  read,
  syncFileSystem,
  write,
} from '../../src/engine/file-calls.ts';
import type { DirHandle, FileProgram } from '../../src/ports/file-system.ts';

const order: string[] = [];

export const programs = {
  *names({ path }: { readonly path: string }): FileProgram<readonly string[]> {
    const root = yield* openRoot(path);
    return root === undefined ? [] : (yield* list(root)).names;
  },
  /** Whether the file system could be made durable. */
  *syncAll(args: { readonly path: string; readonly witness: DirHandle }): FileProgram<boolean> {
    const root = yield* openRoot(args.path);
    if (root === undefined || !(yield* abilities(root)).syncsAsOne) return false;
    yield* syncFileSystem(root, args.witness);
    return true;
  },
  /** Opens directories and files, closes none, and ends or throws as told. */
  *leave(args: {
    readonly path: string;
    readonly fails: 'kith' | 'other' | 'no';
  }): FileProgram<number> {
    const root = (yield* openRoot(args.path)) as DirHandle;
    for (let i = 0; i < 20; i++) {
      yield* makeDir(root, `${args.fails}-${i}`);
      const dir = (yield* openDir(root, `${args.fails}-${i}`)) as DirHandle;
      yield* openFile({ dir, name: 'file' }, 'create');
    }
    if (args.fails === 'kith') yield* makeDir(root, 'kith-0');
    if (args.fails === 'other') throw new TypeError('a slip');
    return 20;
  },
  *store(args: {
    readonly path: string;
    readonly name: string;
    readonly bytes: Uint8Array;
  }): FileProgram<number> {
    const root = (yield* openRoot(args.path)) as DirHandle;
    const file = yield* openFile({ dir: root, name: args.name }, 'create');
    if (file === undefined) throw new KithError('FILE_GONE');
    yield* write(file, args.bytes, 0);
    return args.bytes.length;
  },
  *fetch(args: {
    readonly path: string;
    readonly name: string;
    readonly size: number;
  }): FileProgram<readonly { readonly bytes: Uint8Array }[]> {
    const root = (yield* openRoot(args.path)) as DirHandle;
    const file = yield* openFile({ dir: root, name: args.name }, 'read');
    if (file === undefined) throw new KithError('FILE_GONE', { name: args.name });
    const bytes = new Uint8Array(args.size);
    yield* read(file, bytes, 0);
    return [{ bytes }];
  },
  /** Keeps its thread busy without yielding, and remembers when it ran among the thread's jobs. */
  // biome-ignore lint/correctness/useYield: a program without a call
  *busy({
    name,
    ms,
  }: {
    readonly name: string;
    readonly ms: number;
  }): FileProgram<readonly string[]> {
    const until = performance.now() + ms;
    while (performance.now() < until) Math.sqrt(until);
    order.push(name);
    return [...order];
  },
  *unsendable(): FileProgram<unknown> {
    return () => 'a function';
  },
  // biome-ignore lint/correctness/useYield: a program without a call
  *die(): FileProgram<never> {
    process.exit(7);
  },
};

export type TestPrograms = typeof programs;
