/** The simulated disk keeps the contract of the real one, whatever kind of disk it plays. */

import assert from 'node:assert/strict';
import type { DiskOptions } from '../../lab/sim/disk-options.ts';
import { SimFileSystem } from '../../lab/sim/file-system.ts';
import { FileTree } from '../../lab/sim/file-tree.ts';
import { fileSystemContract } from './file-system.contract.ts';
import type { FileSystemSubject } from './file-system-subject.ts';

function subject(options: DiskOptions): FileSystemSubject {
  const tree = new FileTree(() => 1_700_000_000_000, options);
  const home = tree.make({ dir: tree.root, name: 'home' }, 'directory', { mode: 0o755 });
  const files = new SimFileSystem(tree);
  return {
    files,
    root: '/home',
    foldsCase: options.foldsCase !== undefined && options.foldsCase !== false,
    timeStepNs: options.timeStepNs ?? 1,
    makeFifo: (name) => void tree.make({ dir: home, name }, 'other', { mode: 0o644 }),
    makeUndecodable: (name) => void tree.makeUndecodable(home, escaped(name)),
    dispose: () => assert.equal(files.openHandles, 0),
  };
}

function escaped(name: Uint8Array): string {
  return Array.from(name, (byte) => `\\x${byte.toString(16)}`).join('');
}

fileSystemContract('simulated', () => subject({}));
fileSystemContract('simulated, obeying modes', () => subject({ obeysModes: true }));
fileSystemContract('simulated, folding case, whole seconds', () =>
  subject({ foldsCase: true, timeStepNs: 1_000_000_000 }),
);
fileSystemContract('simulated, two-second times, nothing synced as one', () =>
  subject({ timeStepNs: 2_000_000_000, syncsAsOne: false }),
);
