import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { defaultHome, homeFiles } from './locations.ts';

test('the home is in the configuration folder of the platform', () => {
  const linux = (env: Record<string, string>) => defaultHome({ platform: 'linux', env });
  assert.equal(linux({ XDG_CONFIG_HOME: '/conf' }), '/conf/kith');
  assert.equal(linux({}), path.join(homedir(), '.config/kith'));
  assert.equal(linux({ XDG_CONFIG_HOME: 'relative' }), path.join(homedir(), '.config/kith'));
  assert.match(defaultHome({ platform: 'darwin', env: {} }), /Library\/Application Support\/kith$/);
});

test('the files of a home are absolute, though the home is not', () => {
  assert.equal(homeFiles('some/home').config, path.resolve('some/home/config.yaml'));
});
