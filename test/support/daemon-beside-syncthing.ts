/** A real daemon and a real Syncthing that share a folder; Kith dials, over TCP on this machine. */

import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDeviceId } from '../../src/model/device-id.ts';
import { TestDaemon } from './daemon.ts';
import { FOLDER } from './daemon-cluster.ts';
import { Syncthing } from './syncthing.ts';
import { temporaryDirectory } from './temporary.ts';
import { isSame, readTree, type Tree, untilAllEqual } from './trees.ts';

/** One of the two, as a person sees it: a folder to work in. */
export interface Side {
  readonly name: 'Kith' | 'Syncthing';
  readonly root: string;
}

export class Beside {
  readonly kith: TestDaemon;
  readonly syncthing: Syncthing;
  readonly sides: readonly [Side, Side];

  private constructor(daemon: TestDaemon, syncthing: Syncthing) {
    this.kith = daemon;
    this.syncthing = syncthing;
    this.sides = [
      { name: 'Kith', root: daemon.folder(FOLDER) },
      { name: 'Syncthing', root: syncthing.folder(FOLDER) },
    ];
  }

  /** Both up and equal. Ends with the test. */
  static async start(test: TestContext): Promise<Beside> {
    const daemon = await TestDaemon.make(test, await temporaryDirectory(test), 'kith');
    const peers = [{ id: parseDeviceId(daemon.id), address: 'dynamic' }];
    const syncthing = await Syncthing.start({ peers, folders: [FOLDER] });
    test.after(() => syncthing[Symbol.asyncDispose]());
    // Whatever it sends is compressed, file content too.
    await syncthing.patch(`/rest/config/devices/${daemon.id}`, { compression: 'always' });
    await daemon.meet({ id: syncthing.id, name: 'st' }, syncthing.address);
    await daemon.share(FOLDER, [syncthing]);
    await daemon.up();
    const both = new Beside(daemon, syncthing);
    await both.settle();
    return both;
  }

  /** Waits until both folders are equal on the disk and both programs say so; what then stands in them. */
  async settle(ms = 120_000): Promise<Tree> {
    const endMs = performance.now() + ms;
    const roots = this.sides.map((side) => side.root);
    // Syncthing is told to look; a scan waits while it pulls, so its end means that it knows what it has.
    while (performance.now() < endMs) {
      await this.syncthing.scan(FOLDER);
      const tree = await untilAllEqual(roots, endMs - performance.now());
      await this.kith.untilEqual(FOLDER, endMs - performance.now());
      // Neither has anything left to do, and so it was equal at one moment.
      if ((await this.#isContent()) && isSame(readTree(roots[0] ?? ''), tree)) return tree;
      await sleep(100);
    }
    throw new Error(
      `not equal after ${ms} ms:\n${await this.kith.log()}\n${await this.syncthing.log()}`,
    );
  }

  other(side: Side): Side {
    return this.sides[0] === side ? this.sides[1] : this.sides[0];
  }

  /** Ends one at once, in the middle of whatever it does. */
  async kill(side: Side): Promise<void> {
    await (side.name === 'Kith' ? this.kith.kill() : this.syncthing.kill());
  }

  /** Starts one again after `kill`; resolves when it answers. */
  async revive(side: Side): Promise<void> {
    await (side.name === 'Kith' ? this.kith.up() : this.syncthing.restart());
  }

  async restart(side: Side): Promise<void> {
    await this.kill(side);
    await this.revive(side);
  }

  /** What both say of themselves. */
  async explain(): Promise<string> {
    const status = JSON.stringify(await this.kith.status(), null, 1);
    const own = JSON.stringify(
      await this.syncthing.get(`/rest/db/status?folder=${FOLDER}`),
      null,
      1,
    );
    const logs = [await this.kith.log(), await this.syncthing.log()].map((log) => log.slice(-4000));
    return [status, own, ...logs].join('\n');
  }

  /** Bytes that it has sent us over the connection that stands. */
  async sentBySyncthing(): Promise<number> {
    const { connections } = (await this.syncthing.get('/rest/system/connections')) as {
      connections: Record<string, { outBytesTotal: number }>;
    };
    return connections[this.kith.id]?.outBytesTotal ?? 0;
  }

  /** It lacks nothing, and neither do we, as far as it knows. */
  async #isContent(): Promise<boolean> {
    const own = (await this.syncthing.get(`/rest/db/status?folder=${FOLDER}`)) as {
      state: string;
      needTotalItems: number;
    };
    const route = `/rest/db/completion?folder=${FOLDER}&device=${this.kith.id}`;
    const ours = (await this.syncthing.get(route)) as { completion: number; needDeletes: number };
    const isDone = own.state === 'idle' && own.needTotalItems === 0;
    return isDone && ours.completion === 100 && ours.needDeletes === 0;
  }
}

/** Tells parts of one story, each a test with both logs in its failure; what comes after a failure would fail with it, and is left out. */
export function storyOf(
  test: TestContext,
  both: Beside,
): (name: string, part: () => Promise<void>) => Promise<void> {
  let isWell = true;
  return async (name, part) => {
    if (!isWell) return;
    isWell = false;
    await test.test(name, async () => {
      await part().catch(async (error: unknown) => {
        throw new Error(`${error}\n${await both.explain()}`, { cause: error });
      });
      isWell = true;
    });
  };
}
