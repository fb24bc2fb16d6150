/** Stories that are told once for every primitive call at which something can happen. */

import assert from 'node:assert/strict';
import type { SimDevice } from '../../lab/sim/device.ts';
import type { CallHook } from '../../lab/sim/disk.ts';
import { KithWorld } from '../../lab/sim/kith-world.ts';
import { resolvePath } from '../../lab/sim/resolve-path.ts';
import { tellTwice } from '../../lab/sim/story.ts';
import { treeOf } from './scene.ts';

/** Programs that change what stands in a folder, or prepare it. */
const CHANGING = new Set(['reuse', 'writePieces', 'apply', 'settle', 'recover', 'dropStage']);

export interface Moment {
  readonly n: number;
  /**
   * Has this happen just before the n-th call, counted from now, of the programs that change the device's disk, or of one
   * of them alone.
   */
  at(device: SimDevice, act: () => void, program?: string): void;
  /** True once it has happened. */
  hasCome(): boolean;
}

/** Every so many of the stories is told twice. */
const TWICE_EVERY = 16;
const MOST = 2000;

/**
 * Tells `tale` for n = 1, 2, 3 … (or with wider steps) until there is no n-th call. The seed is the same, so that the calls
 * before are the same. There must be more than `moreThan` calls: else the story has missed its subject.
 */
export async function sweep(
  tale: (world: KithWorld, moment: Moment) => Promise<void>,
  { moreThan, step = 1 }: { readonly moreThan: number; readonly step?: number },
): Promise<void> {
  for (let n = 1; n < MOST; n += step) {
    let hasCome = false;
    const tell = async (seed: number) => {
      const world = new KithWorld(seed);
      const moment = momentOf(n);
      await tale(world, moment);
      hasCome = moment.hasCome();
      return { trace: world.traceHash(), trees: world.devices().map(treeOf) };
    };
    try {
      if (n % TWICE_EVERY === 1) await tellTwice(1, tell);
      else await tell(1);
    } catch (error) {
      throw new Error(`at call ${n}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
    if (hasCome) continue;
    assert.ok(n - 1 > moreThan, `${n - 1} calls`);
    return;
  }
  throw new Error('there are too many calls');
}

function momentOf(n: number): Moment {
  let count = 0;
  return {
    n,
    at: (device, act, program) => {
      const hook: CallHook = (_call, { job }) => {
        if (program === undefined ? !CHANGING.has(job) : job !== program) return;
        count += 1;
        if (count !== n) return;
        device.hooks.delete(hook);
        act();
      };
      device.hooks.add(hook);
    },
    hasCome: () => count >= n,
  };
}

/** Starts a device again that may have been killed meanwhile. */
export function revive(world: KithWorld, device: SimDevice): void {
  if (device.life === undefined) world.up(device);
}

/** Nothing is left of transfers and displacements. */
export function assertStageEmpty(device: SimDevice): void {
  for (const name of ['stage', 'displaced']) {
    const dir = resolvePath(device.tree, `${device.root}/.kith/${name}`);
    assert.deepEqual(
      [...(dir?.entries.keys() ?? [])],
      [],
      `${device.name} has leftovers in ${name}`,
    );
  }
}
