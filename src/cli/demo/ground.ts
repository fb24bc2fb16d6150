/** The demonstration's temporary directory and daemons, and that both are gone at its end, whatever the end is. */

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KithError } from '../../base/error.ts';
import { DaemonProcess } from './daemon-process.ts';

/** Where one device of the demonstration keeps its things. */
export interface Place {
  readonly name: string;
  readonly home: string;
  readonly folder: string;
  readonly log: string;
}

/** What removes the directory when this process has no time for it: deleting thousands of files can take seconds. */
const REMOVER = `require('node:fs').rmSync(process.argv[1],
  { recursive: true, force: true, maxRetries: 50, retryDelay: 100 })`;

/**
 * Disposing of it stops the daemons and removes the directory, unless it shall be kept; so does the end of the process. Once
 * the signal has aborted, a process of its own does the removing, and is left to it.
 */
export class Ground implements AsyncDisposable {
  /** Private to this user. */
  readonly directory: string;
  readonly #daemons: DaemonProcess[] = [];
  #isKept = false;
  readonly #onExit = (): void => this.#endAtOnce();

  readonly #signal: AbortSignal;

  private constructor(directory: string, signal: AbortSignal) {
    this.directory = directory;
    this.#signal = signal;
    process.on('exit', this.#onExit);
  }

  /** A fresh directory below the system's for temporary files. */
  static async make(signal: AbortSignal): Promise<Ground> {
    return new Ground(await mkdtemp(path.join(tmpdir(), 'kith-demo-')), signal);
  }

  /** Makes the folder of a device, empty. */
  async place(name: string): Promise<Place> {
    const folder = path.join(this.directory, name);
    await mkdir(folder, { mode: 0o700 });
    const home = path.join(this.directory, 'homes', name);
    await mkdir(path.dirname(home), { mode: 0o700, recursive: true });
    return { name, folder, home, log: `${home}.log` };
  }

  /** FILE_DISK_FULL unless so many bytes can be written here. */
  async requireSpace(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.directory);
    if (bavail * bsize >= bytes) return;
    throw new KithError('FILE_DISK_FULL', { directory: this.directory, needed: bytes });
  }

  startDaemon({ home, log }: Place): DaemonProcess {
    const daemon = new DaemonProcess(home, log);
    this.#daemons.push(daemon);
    return daemon;
  }

  /** From now on the directory outlives this: somebody should look at what stands there. */
  keep(): void {
    this.#isKept = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Of one that ended by itself, whoever waited for it has been told.
    await Promise.allSettled(this.#daemons.map((daemon) => daemon.stop()));
    if (this.#signal.aborted) this.#removeAside();
    else if (!this.#isKept) await rm(this.directory, { recursive: true, force: true });
    process.off('exit', this.#onExit);
  }

  /** A second Ctrl-C, or a stop that took too long: nothing may stay behind all the same. */
  #endAtOnce(): void {
    for (const daemon of this.#daemons) daemon.kill();
    this.#removeAside();
  }

  /** A daemon that was just killed may still make a file: the remover tries again. */
  #removeAside(): void {
    if (this.#isKept) return;
    const args = ['-e', REMOVER, this.directory];
    spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref();
  }
}
