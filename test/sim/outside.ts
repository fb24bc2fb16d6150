/** What stands beside a shared directory, where nothing that a device announces may reach. */

import assert from 'node:assert/strict';
import type { SimDevice } from '../../lab/sim/device.ts';
import { resolvePath } from '../../lab/sim/resolve-path.ts';

/** A directory beside the shared one, `/outside`, with a file `x` in it. */
export function makeOutside(device: SimDevice): void {
  const { tree } = device;
  const outside = tree.make({ dir: tree.root, name: 'outside' }, 'directory', { mode: 0o755 });
  const file = tree.make({ dir: outside, name: 'x' }, 'file', { mode: 0o644 });
  tree.write(file, new TextEncoder().encode('outside'), 0);
}

/** It is as it was made; throws an AssertionError if not. */
export function assertOutside(device: SimDevice): void {
  const outside = resolvePath(device.tree, '/outside');
  assert.deepEqual([...(outside?.entries.keys() ?? [])], ['x']);
  const text = new TextDecoder().decode(resolvePath(device.tree, '/outside/x')?.bytes());
  assert.equal(text, 'outside');
}
