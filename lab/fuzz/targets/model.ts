/** Paths, rules over paths, device ids and addresses: text from anyone. */

import assert from 'node:assert/strict';
import { hostPortText, isLoopback, parseHostPort } from '../../../src/api/address.ts';
import { deviceAddressSchema, listenAddressSchema } from '../../../src/api/address-fields.ts';
import { speltOtherwise, toPath } from '../../../src/engine/spelling.ts';
import { formatTcpAddress, parseTcpAddress, sourceOf } from '../../../src/host/tcp-address.ts';
import {
  type DeviceId,
  deviceIdBytes,
  deviceIdFromHash,
  parseDeviceId,
  shortId,
  shortIdText,
} from '../../../src/model/device-id.ts';
import {
  baseName,
  childPath,
  isReserved,
  isWithin,
  parentPath,
  parseRelPath,
} from '../../../src/model/path.ts';
import { defaultRules } from '../../../src/planner/rules.ts';
import { bytesOf, type FuzzTarget, textOf, unlessRefused } from '../target.ts';
import { checkPath } from './path-laws.ts';

const NAMES = [
  'a',
  'a/b',
  '..',
  '/etc/x',
  'a/../b',
  'a//b',
  './a',
  'a\\..\\b',
  'a\0b',
  'a/',
  '.kith/marker',
  '.KITH',
  'e\u0301',
  '\u00e9/\u1100\u1161',
  '.\u200b.',
  '\uE000',
  '\ufeff',
  `x/.kith-${'0'.repeat(32)}`,
  '.syncthing.a.tmp',
  '~syncthing~a.tmp',
  '.#lock',
  '#a#',
  '.a.swp',
  '~$doc',
  '.~lock.a#',
  '.goutputstream-X',
  'a.kate-swp',
  '.fuse_hidden0f',
  '.nfs00',
  '.stfolder',
  '.stignore/x',
];

export const path: FuzzTarget = {
  seeds: () => NAMES.map(bytesOf),
  tokens: ['/', '.', '..', '\0', '\\', '\u0301', '\uE000', '\uE00F', '\u212a', '\u0130', '\u2025'],
  run: (input) => {
    const text = textOf(input);
    const whole = unlessRefused(() => parseRelPath(text));
    if (whole !== undefined) {
      assert.equal(whole, text, 'it was repaired');
      checkPath(whole);
      const parent = parentPath(whole);
      if (parent !== undefined) assert.ok(isWithin(whole, parseRelPath(parent)));
      assert.equal(childPath(parent, baseName(whole)), whole);
      assert.equal(isReserved(whole), isReserved(parseRelPath(whole)));
    }
    const onDisk = toPath(text);
    if (onDisk !== undefined) checkPath(onDisk);
    if (whole !== undefined) assert.equal(onDisk, whole, 'parsers differ');
    const child = unlessRefused(() => childPath(parseRelPath('d'), text));
    if (child !== undefined) {
      checkPath(child);
      assert.equal(parentPath(child), 'd', 'a name became two');
    }
    if (text.split('/').length < 100) speltOtherwise({ ours: () => undefined }, text);
  },
};

export const rules: FuzzTarget = {
  seeds: () => NAMES.map(bytesOf),
  tokens: ['.', '#', '~', '/', 'tmp', '.sw', '\n', '.kith-'],
  run: (input) => {
    const text = textOf(input);
    const name = unlessRefused(() => parseRelPath(text));
    if (name === undefined) return;
    const of = (kind: 'file' | 'directory' | 'symlink' | undefined) =>
      defaultRules.isExcluded(name, kind);
    if (isReserved(name))
      assert.ok(of('file') && of('directory') && of('symlink') && of(undefined));
    assert.equal(of('directory'), of(undefined), 'a directory is excluded by its name alone');
    assert.equal(of('file'), of('symlink'), 'a link is treated as a file');
    if (of('directory')) assert.ok(of('file'), 'a directory is excluded and a file is not');
    // Below a directory that nobody wants nothing is wanted.
    const parent = parentPath(name);
    if (parent === undefined || of('directory')) return;
    assert.ok(!defaultRules.isExcluded(parent, 'directory'), 'wanted below what is not wanted');
    if (!of('file')) return;
    assert.ok(
      defaultRules.isExcluded(parseRelPath(baseName(name)), 'file'),
      'it depends on the directory',
    );
  },
};

const DEVICE = deviceIdFromHash(Uint8Array.from({ length: 32 }, (_, i) => i * 7));

export const deviceId: FuzzTarget = {
  seeds: () => {
    const bare = [...DEVICE.replaceAll('-', '')].filter((_, at) => at % 14 !== 13).join('');
    return [DEVICE, DEVICE.toLowerCase(), bare, DEVICE.replaceAll('-', ' '), `${bare}====`].map(
      bytesOf,
    );
  },
  tokens: ['-', '0', '1', '8', '=', 'ı', 'ß', 'ﬁ', '\u3000', ...DEVICE.split('-')],
  run: (input) => {
    const text = textOf(input);
    const id = unlessRefused(() => parseDeviceId(text));
    if (id === undefined) return;
    assert.match(id, /^[A-Z2-7]{7}(?:-[A-Z2-7]{7}){7}$/);
    assert.equal(parseDeviceId(id), id);
    const bytes = deviceIdBytes(id);
    assert.equal(bytes.length, 32);
    assert.equal(deviceIdFromHash(bytes), id);
    assert.equal(shortIdText(shortId(id)), id.slice(0, 7));
    refusesTypo(id, input[0] ?? 0);
  },
};

/** A check character notices every single wrong character. */
function refusesTypo(id: DeviceId, dice: number): void {
  const at = dice % id.length;
  if (id[at] === '-') return;
  const wrong = id[at] === 'Q' ? 'R' : 'Q';
  const typo = `${id.slice(0, at)}${wrong}${id.slice(at + 1)}`;
  assert.equal(
    unlessRefused(() => parseDeviceId(typo)),
    undefined,
    `${typo} was taken`,
  );
}

export const address: FuzzTarget = {
  seeds: () =>
    [
      'tcp://192.0.2.7:22000',
      'tcp://[2001:db8::1]:22000',
      'tcp://host.example:1',
      '127.0.0.1:22080',
      '[::1]:0',
      'localhost:65535',
      'dynamic',
      'tcp://0.0.0.0:22000',
      'tcp://[fe80::1%eth0]:1',
      'quic://x:1',
      'tcp://[::ffff:127.0.0.1]:1',
    ].map(bytesOf),
  tokens: [
    'tcp://',
    '[',
    ']',
    ':',
    '::',
    '%',
    '.',
    '65536',
    '127.0.0.1',
    '::ffff:',
    '\n',
    '@',
    '/',
  ],
  run: (input) => {
    const text = textOf(input);
    const plain = parseHostPort(text);
    if (plain !== undefined) {
      assert.doesNotMatch(plain.host, /[\s\p{Cc}/@\\?#[\]]/u, 'a host that is none');
      assert.deepEqual(parseHostPort(hostPortText(plain)), plain);
      isLoopback(plain.host);
    }
    const tcp = parseTcpAddress(text);
    if (tcp !== undefined) {
      assert.ok(tcp.port >= 0 && tcp.port <= 65535);
      assert.ok(typeof sourceOf(tcp.host) === 'string');
      const again = parseTcpAddress(formatTcpAddress(tcp));
      assert.equal(again && formatTcpAddress(again), formatTcpAddress(tcp));
    }
    for (const schema of [deviceAddressSchema, listenAddressSchema]) {
      const { success } = schema.safeParse(text);
      // What a configuration may say must be of use: else nobody learns why nothing connects.
      if (success && text !== 'dynamic')
        assert.notEqual(tcp, undefined, `${text} cannot be dialled`);
    }
  },
};
