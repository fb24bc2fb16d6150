import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { addDeviceSchema, addFolderSchema } from '../api/requests.ts';
import { KithError } from '../base/error.ts';
import { makeCertificate } from '../host/certificate.ts';
import { writeIdentity } from '../host/identity-files.ts';
import { deviceIdBytes, deviceIdFromHash, shortId } from '../model/device-id.ts';
import { parseFolderId } from '../model/folder.ts';
import { ConfigFile, readConfig } from './config-file.ts';

const NAS = deviceIdFromHash(new Uint8Array(32).fill(1));
const PHONE = deviceIdFromHash(new Uint8Array(32).fill(2));

async function homeWith(text: string, test: TestContext): Promise<string> {
  const home = path.join(await temporaryDirectory(test), 'home');
  await mkdir(home, { mode: 0o700 });
  await writeFile(path.join(home, 'config.yaml'), text, { mode: 0o600 });
  return home;
}

async function mistakes(text: string, test: TestContext): Promise<readonly string[]> {
  const home = await homeWith(text, test);
  return await mistakesIn(home);
}

async function mistakesIn(home: string): Promise<readonly string[]> {
  const error = await readConfig(home).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof KithError && error.code === 'CONFIG_INVALID');
  const found = error.data['mistakes'];
  assert.ok(Array.isArray(found));
  return found.map(({ line, column, where, text }) => `${line}:${column} ${where}: ${text}`);
}

test('a wrong key and a wrong value are named with line and column', async (t) => {
  const text = `name: laptop
listen:
  - tcp://0.0.0.0:22000
  - udp://x
folders:
  - id: docs
    path: docs
    kidn: send-receive
  - { id: more, path: /more, devices: [nas] }
`;
  assert.deepEqual(await mistakes(text, t), [
    '4:5 listen[1]: "udp://x" is not an address; write tcp://HOST:PORT, for example tcp://192.0.2.7:22000',
    '7:11 folders[0].path: must be an absolute path',
    '8:11 folders[0].kidn: is not a key that may stand here; known are id, path, kind, paused, devices',
  ]);
});

test('a value that is missing is named where it should stand', async (t) => {
  assert.deepEqual(await mistakes('name: a\nfolders:\n  - path: /x\n', t), [
    '3:5 folders[0].id: is missing',
  ]);
  assert.deepEqual(await mistakes('name:\nfolders: []\n', t), [
    '1:1 name: must be text; put it in quotes',
  ]);
  assert.deepEqual(await mistakes('# nothing\n', t), [
    '1:1 : must hold these keys: name, listen, api, devices, folders',
  ]);
});

test('what is no YAML, and a key that stands twice, are named with their line', async (t) => {
  const [broken] = await mistakes('name: a\nlisten: [\nfolders: []\n', t);
  assert.match(broken ?? '', /^[23]:\d+ : is not YAML: /);
  const [twice] = await mistakes('name: a\nlisten: []\nname: b\n', t);
  assert.match(twice ?? '', /^3:1 : is not YAML: .*unique/);
});

test('bytes that are no UTF-8 are named with their line, not read as something else', async (t) => {
  const home = await homeWith('', t);
  const text = 'name: a\nfolders:\n  - { id: docs, path: /m\u{fc}ll }\n';
  await writeFile(path.join(home, 'config.yaml'), text, 'latin1');
  assert.deepEqual(await mistakesIn(home), ['3:25 : is not UTF-8']);
});

test('what no configuration could be is refused in words, whatever it is', async (t) => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [at, name] of [...'bcdefgh'].entries()) {
    const item = `*${'abcdefg'[at]}`;
    bomb.push(`${name}: &${name} [${Array(10).fill(item).join(', ')}]`);
  }
  for (const text of [
    bomb.join('\n'),
    '\u0000\u0001\ufffd: [',
    '['.repeat(5000),
    '- '.repeat(5000),
    'x'.repeat(2_000_000),
  ]) {
    const [first = ''] = await mistakes(text, t);
    assert.match(first, /^\d+:\d+ .*: (is|must) /);
  }
});

test('a home without a configuration says what to do', async (t) => {
  const home = await temporaryDirectory(t);
  await assert.rejects(readConfig(home), { code: 'CONFIG_MISSING' });
});

test('a folder that holds the home, stands in it, or reaches it through a link is refused (LNK-10)', async (t) => {
  const home = await homeWith('name: a\n', t);
  const above = path.dirname(home);
  await symlink(home, path.join(above, 'link'));
  const places = [home, above, '/', path.join(home, 'inside'), path.join(above, 'link', 'inside')];
  for (const place of places) {
    await writeFile(
      path.join(home, 'config.yaml'),
      `name: a\nfolders:\n  - id: f\n    path: ${place}\n`,
    );
    const [found] = await mistakesIn(home);
    assert.match(found ?? '', /^4:11 folders\[0\]\.path: holds the home of Kith/, place);
  }
  await writeFile(
    path.join(home, 'config.yaml'),
    `name: a\nfolders: [{ id: f, path: ${home}-2 }]\n`,
  );
  assert.equal((await readConfig(home)).folders[0]?.path, `${home}-2`);
});

test('a folder inside another is refused, also through a link', async (t) => {
  const home = await homeWith('name: a\n', t);
  const above = path.dirname(home);
  await mkdir(path.join(above, 'docs'));
  await symlink(path.join(above, 'docs'), path.join(above, 'alias'));
  for (const second of ['docs/deep', 'alias', 'alias/deep', 'docs']) {
    const folders = `folders:\n  - { id: a, path: ${above}/docs }\n  - { id: b, path: ${above}/${second} }\n`;
    await writeFile(path.join(home, 'config.yaml'), `name: a\n${folders}`);
    const [found] = await mistakesIn(home);
    assert.match(found ?? '', /^4:20 folders\[1\]\.path: lies inside folder "a"/, second);
  }
});

test('this device itself is refused as another device', async (t) => {
  const home = await homeWith('name: a\n', t);
  const { deviceId } = await writeIdentity(home, makeCertificate(Date.now()));
  await writeFile(path.join(home, 'config.yaml'), `name: a\ndevices:\n  - id: ${deviceId}\n`);
  assert.deepEqual(await mistakesIn(home), [
    '3:9 devices[0].id: is this device itself; list the others',
  ]);
});

test('a device whose short id is that of another one, or our own, is refused when it is added (IDN-03)', async (t) => {
  const home = await homeWith('name: a\n', t);
  const { deviceId } = await writeIdentity(home, makeCertificate(Date.now()));
  const file = new ConfigFile({ home });
  await file.addDevice(addDeviceSchema.parse({ id: NAS }));
  for (const id of [deviceId, NAS] as const) {
    const like = deviceIdFromHash(deviceIdBytes(id).map((byte, at) => (at < 8 ? byte : byte ^ 1)));
    assert.equal(shortId(like), shortId(id));
    await assert.rejects(file.addDevice(addDeviceSchema.parse({ id: like })), (error) =>
      JSON.stringify((error as KithError).data).includes('the same 64 bits'),
    );
  }
  const { devices } = await readConfig(home);
  assert.deepEqual(
    devices.map(({ id }) => id),
    [NAS],
  );
});

test('every change keeps the comments and the person’s order', async (t) => {
  const home = await homeWith(
    `# mine
folders: [] # none yet

name: laptop # the old one
devices:
  # in the cellar
  - { id: ${NAS}, name: nas }
`,
    t,
  );
  const file = new ConfigFile({ home });
  const docs = path.join(path.dirname(home), 'docs');
  await file.addDevice(
    addDeviceSchema.parse({ id: PHONE, name: 'phone', addresses: ['tcp://192.0.2.9:22000'] }),
  );
  await file.addFolder(addFolderSchema.parse({ id: 'docs', path: docs, share: ['nas'] }));
  await file.shareFolder('docs', { device: PHONE.toLowerCase() });
  const text = await readFile(path.join(home, 'config.yaml'), 'utf8');
  assert.equal(
    text,
    `# mine
folders:
  - { id: docs, path: ${docs}, kind: send-receive, devices: [ nas, phone ] }
  # none yet

name: laptop # the old one
devices:
  # in the cellar
  - { id: ${NAS}, name: nas }
  - { id: ${PHONE}, name: phone, addresses: [ tcp://192.0.2.9:22000 ] }
`,
  );
  assert.ok((await stat(docs)).isDirectory());
  assert.equal((await stat(path.join(home, 'config.yaml'))).mode & 0o777, 0o600);

  await file.removeDevice('nas');
  assert.deepEqual((await readConfig(home)).folders[0]?.devices, [PHONE]);
  await file.removeFolder('docs');
  assert.deepEqual((await readConfig(home)).folders, []);
  assert.deepEqual(await readdir(home), ['config.yaml']);
});

test('a pause is written where it belongs, and leaves nothing behind', async (t) => {
  const before = `name: a
devices:
  - { id: ${NAS}, name: nas } # in the cellar
folders:
  - id: docs
    path: /docs # mine
`;
  const home = await homeWith(before, t);
  const file = new ConfigFile({ home });
  await file.pause({ folder: parseFolderId('docs'), seconds: 1800 });
  const [docs] = (await readConfig(home)).folders;
  assert.ok(typeof docs?.paused === 'object' && docs.paused.seconds === 1800);
  await file.pause({ device: 'nas' });
  assert.equal((await readConfig(home)).devices[0]?.paused, true);
  // Only what the file says by now counts, not what was once over.
  await file.liftPauses(({ folders }) =>
    folders.flatMap(({ id, paused }) => (paused === true ? [{ what: 'folder', id }] : [])),
  );
  assert.deepEqual((await readConfig(home)).folders[0]?.paused, docs.paused);
  await file.resume({});
  assert.equal(await readFile(path.join(home, 'config.yaml'), 'utf8'), before);
});

test('a change that does not fit is refused and leaves the file untouched', async (t) => {
  const before = `name: a\ndevices: [{ id: ${NAS}, name: nas }]\nfolders: [{ id: f, path: /f }]\n`;
  const home = await homeWith(before, t);
  const file = new ConfigFile({ home });
  const refused = { code: 'CONFIG_CHANGE_REFUSED' };
  await assert.rejects(file.addDevice(addDeviceSchema.parse({ id: NAS })), refused);
  await assert.rejects(file.addDevice(addDeviceSchema.parse({ id: PHONE, name: 'nas' })), refused);
  await assert.rejects(file.addFolder(addFolderSchema.parse({ id: 'g', path: '/f/g' })), refused);
  await assert.rejects(file.addFolder(addFolderSchema.parse({ id: 'g', path: home })), refused);
  await assert.rejects(
    file.addFolder(
      addFolderSchema.parse({ id: 'g', path: path.join(home, '../config-file/x'), share: ['no'] }),
    ),
    { code: 'DEVICE_UNKNOWN' },
  );
  await assert.rejects(file.removeFolder('nope'), { code: 'FOLDER_UNKNOWN' });
  await assert.rejects(file.removeDevice('nope'), { code: 'DEVICE_UNKNOWN' });
  assert.equal(await readFile(path.join(home, 'config.yaml'), 'utf8'), before);
});

test('a file where the folder should be refuses the folder', async (t) => {
  const home = await homeWith('name: a\n', t);
  const place = path.join(path.dirname(home), 'file');
  await writeFile(place, 'a person’s');
  const file = new ConfigFile({ home });
  await assert.rejects(file.addFolder(addFolderSchema.parse({ id: 'f', path: place })), {
    code: 'CONFIG_CHANGE_REFUSED',
  });
  assert.deepEqual((await readConfig(home)).folders, []);
});

test('changes at the same moment all arrive, and each is told in turn', async (t) => {
  const home = await homeWith('name: a\n', t);
  const told: number[] = [];
  const file = new ConfigFile({
    home,
    onChange: async ({ devices }) => void told.push(devices.length),
  });
  const ids = Array.from({ length: 8 }, (_, at) => deviceIdFromHash(new Uint8Array(32).fill(at)));
  await Promise.all(ids.map((id) => file.addDevice(addDeviceSchema.parse({ id }))));
  assert.deepEqual(told, [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(
    (await readConfig(home)).devices.map(({ id }) => id),
    ids,
  );
});

test('a list in the place of a key is told as a mistake, and nothing else is printed', async (t) => {
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', note);
  t.after(() => process.off('warning', note));
  const found = await mistakes('name: a\n? [devices]\n: b\n', t);
  assert.match(String(found[0]), /is not a key that may stand here/);
  // Node tells of warnings in the next turn.
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});
