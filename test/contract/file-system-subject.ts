/** What the file-system contract is tried on, and how one law of it is told. */

import type {
  DirHandle,
  FileCall,
  FileHandle,
  FileProgram,
  FileSystem,
} from '../../src/ports/file-system.ts';

/** A fresh place to try a file system in, and what its calls alone cannot make or tell. */
export interface FileSystemSubject {
  readonly files: FileSystem;
  /** Absolute path of an empty directory, without a slash at the end. */
  readonly root: string;
  /** Whether names that differ by case alone are one name. */
  readonly foldsCase: boolean;
  /** Smallest step of mtime in nanoseconds: 1, or 1e9 and more for whole seconds. */
  readonly timeStepNs: number;
  /** Makes a fifo of this name in the root. */
  makeFifo(name: string): void;
  /** Makes a file whose name is these bytes, which are no UTF-8, in the root. */
  makeUndecodable(name: Uint8Array): void;
  /** Removes everything; called once at the end. */
  dispose(): void | Promise<void>;
}

/** One test: a program in an empty directory. */
export type Story = (root: DirHandle, subject: FileSystemSubject) => FileProgram<void>;

/** Registers a story under its title. */
export type Law = (title: string, story: Story) => void;

/** Closes at the end what a story left open, so that a real file system does not run out of descriptors. */
export class HandleKeeper implements FileSystem {
  readonly #files: FileSystem;
  readonly #open = new Set<DirHandle | FileHandle>();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  execute(call: FileCall): unknown {
    const result = this.#files.execute(call);
    if (call.call === 'close') this.#open.delete(call.handle);
    const opens = call.call === 'openRoot' || call.call === 'openDir' || call.call === 'openFile';
    if (opens && result !== undefined) this.#open.add(result as DirHandle | FileHandle);
    return result;
  }

  closeAll(): void {
    for (const handle of [...this.#open]) this.execute({ call: 'close', handle });
  }
}
