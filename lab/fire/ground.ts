/** Real devices that are set up once, and brought back to a known state before each case by copying files. */

import { execFile } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type DaemonOptions, type Lifetime, TestDaemon } from '../../test/support/daemon.ts';
import { FOLDER } from '../../test/support/daemon-cluster.ts';

const run = promisify(execFile);

/** The program as a person starts it. */
export const KITH = path.resolve(import.meta.dirname, '../../bin/kith');

/** Who is there. The names in their order are a chain: each is linked with the next, or with all others. */
export interface Crew {
  readonly names: readonly string[];
  readonly isMesh?: boolean;
  /** Words before the program, and the address, of each. */
  readonly options?: (name: string) => DaemonOptions;
}

export class Ground {
  readonly daemons: readonly TestDaemon[];
  readonly #live: string;
  readonly #kept: string;

  private constructor(base: string, daemons: readonly TestDaemon[]) {
    this.#live = path.join(base, 'live');
    this.#kept = path.join(base, 'kept');
    this.daemons = daemons;
  }

  /** Sets the devices up below `base` by commands, and keeps that state as `fresh`. Nobody runs. */
  static async make(lifetime: Lifetime, base: string, crew: Crew): Promise<Ground> {
    const live = path.join(base, 'live');
    await mkdir(path.join(base, 'kept'), { recursive: true });
    const optionsOf = crew.options ?? (() => ({ program: [KITH] }));
    const daemons = await Promise.all(
      crew.names.map((name) => TestDaemon.make(lifetime, live, name, optionsOf(name))),
    );
    const neighbours = (at: number) =>
      crew.isMesh === true
        ? daemons.toSpliced(at, 1)
        : [daemons[at - 1], daemons[at + 1]].filter((each) => each !== undefined);
    for (const [at, daemon] of daemons.entries()) {
      for (const other of neighbours(at)) await daemon.meet(other, other.address);
      await daemon.share(FOLDER, neighbours(at));
    }
    const ground = new Ground(base, daemons);
    await ground.keep('fresh');
    return ground;
  }

  get roots(): readonly string[] {
    return this.daemons.map((daemon) => daemon.folder(FOLDER));
  }

  named(name: string): TestDaemon {
    const found = this.daemons.find((daemon) => daemon.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  /** Keeps the present state, homes and folders, under a name. Nobody may run. */
  async keep(state: string): Promise<void> {
    const place = path.join(this.#kept, state);
    await rm(place, { recursive: true, force: true });
    await run('cp', ['-a', this.#live, place]);
  }

  /** Goes back to a state that was kept: contents, modes and times; inodes are new. Nobody may run. */
  async restore(state: string): Promise<void> {
    await rm(this.#live, { recursive: true, force: true });
    await run('cp', ['-a', path.join(this.#kept, state), this.#live]);
  }

  /** Puts what is left of a case aside, to be looked at; the place. */
  async putAside(to: string): Promise<string> {
    await rm(to, { recursive: true, force: true });
    await mkdir(path.dirname(to), { recursive: true });
    await rename(this.#live, to);
    return to;
  }

  /** Ends everybody at once. */
  async kill(): Promise<void> {
    await Promise.all(this.daemons.map((daemon) => daemon.kill()));
  }
}
