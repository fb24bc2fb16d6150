/** The text of config.yaml, and the edits of what was read from it. */

import assert from 'node:assert/strict';
import { parseDocument } from 'yaml';
import { parseConfig } from '../../../src/daemon/config-file-parse.ts';
import { deviceIdFromHash } from '../../../src/model/device-id.ts';
import { parseFolderId } from '../../../src/model/folder.ts';
import { bytesOf, type FuzzTarget, textOf } from '../target.ts';
import { MemoryConfiguration } from './memory-configuration.ts';

const DEVICE = deviceIdFromHash(new Uint8Array(32).fill(3));
const OTHER = deviceIdFromHash(new Uint8Array(32).fill(4));

/** A configuration with everything in it. */
export const FULL_CONFIG = `name: laptop # ours
listen: ['tcp://0.0.0.0:22000']
api: { listen: 127.0.0.1:22080 }
devices:
  - { id: ${DEVICE}, name: nas, addresses: ['tcp://192.0.2.7:22000', dynamic] }
  - id: ${OTHER}
folders:
  - { id: docs, path: /home/u/docs, kind: send-receive, devices: [nas] }
  - id: more
    path: /srv/more
    devices: &all
      - nas
      - ${OTHER.slice(0, 7)}
`;

const SEEDS = [
  FULL_CONFIG,
  'name: a\n',
  'name: a\ndevices: []\nfolders: []\n',
  `name: a\ndevices:\n  - &d {id: ${DEVICE}}\nfolders:\n  - {id: x, path: /x, devices: &l [${DEVICE}]}\n  - {id: y, path: /y, devices: *l}\n`,
  '{"name":"a","api":{"listen":"[::1]:0"}}',
  'a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n',
];

export const config: FuzzTarget = {
  seeds: () => SEEDS.map(bytesOf),
  tokens: [
    ': ',
    '- ',
    '\n',
    '\n  ',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '!!str ',
    '!!map',
    '%YAML 1.1\n---\n',
    '---\n',
    '...\n',
    '|\n',
    '>-\n',
    '? ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '#',
    '~',
    'null',
    'true',
    '.inf',
    '0x10',
    '__proto__',
    'constructor',
    '\\u0000',
    '\uE000',
    '\uFFFD',
    'name: ',
    'devices: ',
    'folders: ',
    DEVICE,
    OTHER,
    'tcp://a:1',
    'dynamic',
  ],
  limitMs: 400,
  run: async (input) => {
    const text = textOf(input);
    const { outcome, document } = parseConfig(text);
    if (outcome.kind === 'mistakes') {
      assert.ok(outcome.mistakes.length > 0, 'refused without a mistake');
      for (const { line, column } of outcome.mistakes) assert.ok(line > 0 && column > 0);
      return;
    }
    const { devices, folders } = outcome.config;
    const ids = new Set(devices.map(({ id }) => id));
    assert.equal(ids.size, devices.length, 'a device twice');
    assert.equal(new Set(devices.map(({ name }) => name)).size, devices.length, 'a name twice');
    assert.equal(new Set(folders.map(({ id }) => id)).size, folders.length, 'a folder twice');
    for (const folder of folders) {
      assert.ok(
        folder.devices.every((id) => ids.has(id)),
        'a device that nobody knows',
      );
      assert.match(folder.path, /^(?:\/|[A-Za-z]:[\\/])/);
    }
    const written = document.toString({ lineWidth: 0, flowCollectionPadding: true });
    const again = parseConfig(written).outcome;
    assert.equal(again.kind, 'config', `what was written is refused: ${JSON.stringify(again)}`);
    assert.deepEqual(again, outcome);
    assert.equal(parseDocument(written).errors.length, 0);
    await checkEdits(written);
  },
};

/** Each change does what it says or is refused, and what it leaves behind can be read. */
async function checkEdits(text: string): Promise<void> {
  const id = deviceIdFromHash(new Uint8Array(32).fill(9));
  const folder = parseFolderId('fresh');
  const path = '/fresh/one';
  const file = new MemoryConfiguration(text);
  const before = await file.configuration();
  const isNew = !before.devices.some((device) => device.id === id || device.name === 'fresh');
  const isNewFolder = !before.folders.some((each) => each.id === folder);
  if (!isNew || !isNewFolder) return;
  await file.addDevice({ id, name: 'fresh' });
  await file.addFolder({ id: folder, path, share: ['fresh'] });
  for (const each of before.folders) await file.shareFolder(each.id, { device: 'fresh' });
  const shared = await file.configuration();
  assert.equal(shared.devices.length, before.devices.length + 1);
  for (const each of shared.folders) assert.ok(each.devices.includes(id), 'not shared');
  await file.removeDevice('fresh');
  await file.removeFolder(folder);
  assert.deepEqual(await file.configuration(), before, 'what was added and removed left something');
  for (const each of before.folders) await file.removeFolder(each.id);
  for (const each of before.devices) await file.removeDevice(each.id);
  assert.deepEqual(await file.configuration(), { devices: [], folders: [] });
}
