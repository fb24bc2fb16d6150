/** The real file system keeps the contract, on the temporary directory and on memory. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeFileSystem } from '../../src/host/node-file-system.ts';
import { fileSystemContract } from './file-system.contract.ts';
import type { FileSystemSubject } from './file-system-subject.ts';

fileSystemContract('Node, temporary directory', () => subjectIn(tmpdir()));
fileSystemContract('Node, memory', () => subjectIn('/dev/shm'));

function subjectIn(parent: string): FileSystemSubject {
  const root = realpathSync(mkdtempSync(join(parent, 'kith-files-')));
  return {
    files: new NodeFileSystem(),
    root,
    foldsCase: false,
    timeStepNs: 1,
    makeFifo: (name) => void execFileSync('mkfifo', [join(root, name)]),
    makeUndecodable: (name) =>
      writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name)]), 'x'),
    dispose: () => rmSync(root, { recursive: true }),
  };
}
