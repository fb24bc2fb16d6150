import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { readIdentity } from '../host/identity-files.ts';
import { readConfig } from './config-file.ts';
import { ensureToken, isSameToken } from './control-token.ts';
import { initHome } from './init.ts';

const OPTIONS = { name: 'laptop', listen: ['tcp://0.0.0.0:22000'], api: '127.0.0.1:22080' };

async function freshHome(t: TestContext): Promise<string> {
  return path.join(await temporaryDirectory(t), 'deep', 'home');
}

test('everything in a new home is private from the start, whatever the umask (KEY-01)', async (t) => {
  const home = await freshHome(t);
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const device = await initHome(home, OPTIONS);
  assert.equal((await stat(home)).mode & 0o777, 0o700);
  const names = await readdir(home);
  assert.deepEqual(names.sort(), ['api-token', 'cert.pem', 'config.yaml', 'key.pem', 'lock']);
  for (const name of names) {
    assert.equal((await stat(path.join(home, name))).mode & 0o777, 0o600, name);
  }
  assert.equal((await readIdentity(home)).deviceId, device);
  assert.deepEqual(await readConfig(home), {
    name: 'laptop',
    listen: OPTIONS.listen,
    api: { listen: OPTIONS.api },
    devices: [],
    folders: [],
  });
});

test('a home that is set up is refused and left as it is', async (t) => {
  const home = await freshHome(t);
  const device = await initHome(home, OPTIONS);
  const before = await readFile(path.join(home, 'config.yaml'), 'utf8');
  await assert.rejects(initHome(home, { ...OPTIONS, name: 'other' }), { code: 'CONFIG_EXISTS' });
  assert.equal(await readFile(path.join(home, 'config.yaml'), 'utf8'), before);
  assert.equal((await readIdentity(home)).deviceId, device);
});

test('an identity that an interrupted attempt left is kept; half of one is refused', async (t) => {
  const home = await freshHome(t);
  const device = await initHome(home, OPTIONS);
  await rm(path.join(home, 'config.yaml'));
  assert.equal(await initHome(home, OPTIONS), device);
  await rm(path.join(home, 'config.yaml'));
  await rm(path.join(home, 'key.pem'));
  await assert.rejects(initHome(home, OPTIONS), { code: 'IDENTITY_INVALID' });
});

test('a directory that others may enter is closed if it is empty, and refused if it holds something', async (t) => {
  const home = await temporaryDirectory(t);
  await chmod(home, 0o755);
  await initHome(home, OPTIONS);
  assert.equal((await stat(home)).mode & 0o777, 0o700);
  const full = path.join(home, 'full');
  await mkdir(full);
  await writeFile(path.join(full, 'x'), '');
  await assert.rejects(initHome(full, OPTIONS), { code: 'HOME_UNSAFE' });
});

test('names that YAML would read otherwise come back as they were given', async (t) => {
  const names = ['true', '1e3', 'null', ' a: b # c', '[x]', '"', "it's", '007', '-', 'on', '日本'];
  for (const name of names) {
    const home = await freshHome(t);
    await initHome(home, { name, listen: ['tcp://[::1]:0'], api: '[::1]:0' });
    const config = await readConfig(home);
    assert.deepEqual(
      [config.name, config.listen, config.api.listen],
      [name, ['tcp://[::1]:0'], '[::1]:0'],
    );
  }
});

test('the token is made once, is long, and is refused when others can read it', async (t) => {
  const home = await temporaryDirectory(t);
  const token = await ensureToken(home);
  assert.equal(Buffer.from(token, 'base64url').length, 32);
  assert.equal(await ensureToken(home), token);
  assert.ok(isSameToken(token, token));
  assert.ok(!isSameToken(`${token}x`, token) && !isSameToken('', token));
  await chmod(path.join(home, 'api-token'), 0o640);
  await assert.rejects(ensureToken(home), { code: 'HOME_UNSAFE' });
});
