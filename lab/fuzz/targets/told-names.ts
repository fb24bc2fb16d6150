/** Names that tell something: of what was displaced, in `.kith/displaced`, and of mounts, in the kernel's table. */

import assert from 'node:assert/strict';
import { utf8Length } from '../../../src/base/utf8.ts';
import {
  displacedName,
  isDisplacedBy,
  originOf,
} from '../../../src/engine/programs/displaced-name.ts';
import { splitDisk } from '../../../src/engine/programs/reach.ts';
import { mountOf, parseMounts } from '../../../src/host/mounts.ts';
import { bytesOf, type FuzzTarget, textOf } from '../target.ts';

const STAGE = '0123456789abcdef0123456789abcdef';
/** Longer ones are no names. */
const MOST_BYTES = 255;

/** Anybody can put a name there, and what it tells must never be more than a path. */
export const displaced: FuzzTarget = {
  seeds: () =>
    ['d/x', 'd%2Fx', '%', `${STAGE}.d%2Fx%25`, `${STAGE}+x`, '\u00e9/'.repeat(40), '..'].map(
      bytesOf,
    ),
  tokens: ['%2F', '%25', '%252F', '/', '.', '+', STAGE, '\u00e9'],
  maxBytes: 0x1000,
  run: (input) => {
    const text = textOf(input).toWellFormed().replaceAll('\0', '');
    const found = originOf(text.replaceAll('/', ''));
    assert.ok(found.diskPath.length <= text.length);
    const diskPath = text.replace(/^\/+|\/+$/g, '').replace(/\/{2,}/g, '/');
    if (diskPath === '') return;
    const name = displacedName({ stageName: STAGE, diskPath });
    assert.ok(!name.includes('/') && utf8Length(name) <= MOST_BYTES, 'it is no name');
    assert.ok(isDisplacedBy(STAGE, name));
    const origin = originOf(name);
    const last = splitDisk(diskPath).name;
    if (origin.isWhole) assert.equal(origin.diskPath, diskPath);
    else if (origin.diskPath !== name) assert.ok(last.startsWith(origin.diskPath), 'another name');
  },
};

/** Whoever mounts something chooses names in it. */
export const mounts: FuzzTarget = {
  seeds: () =>
    [
      '/\n/dev/sda1\next4',
      '/mnt/a b\nserver:/x y\nnfs4',
      '/mnt/\\040\n//h/s\ncifs',
      '/media/\u00e9\tx\nnone\nfuse.sshfs',
      '36 35 98:0 /r /mnt ro,noatime master:1 - ext3 /dev/root rw,errors=continue',
    ].map(bytesOf),
  tokens: [' - ', ' ', '\\040', '\\134', '\\', '/', '\n', 'ro', ','],
  maxBytes: 0x1000,
  run: (input) => {
    const text = textOf(input).replaceAll('\0', '');
    for (const mount of parseMounts(text)) assert.ok(mount.type !== '');
    const [first = '', source = '', word = ''] = text.split('\n');
    const point = `/${first}`;
    const type = word.replaceAll(/[\s\\]/g, '') || 'ext4';
    const line = `36 35 98:0 / ${asTold(point)} rw,noatime master:1 - ${type} ${asTold(source) || 'none'} ro`;
    const told = parseMounts(`${line}\n`);
    const expected = { point, type, source: source || 'none', isReadOnly: true };
    assert.deepEqual(told, [expected]);
    assert.deepEqual(mountOf(told, point), expected);
  },
};

/** As the kernel writes it (`mangle` in fs/proc_namespace.c). */
function asTold(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (character) => {
    return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
}
