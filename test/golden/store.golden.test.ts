/** What databases of every version look like, as the programs of their time wrote them. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { migrate, schemaVersion, tablesOf } from '../../src/store/database.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { dump, writtenToday } from './store-fixture.ts';

const LATEST = MIGRATIONS.length;
const fixture = (version: number): string =>
  fs.readFileSync(new URL(`store-v${version}.sql`, import.meta.url), 'utf8');

test('tables and rows are written as the fixture of the latest version says', () => {
  const advice =
    'what the database holds has changed: add a migration to src/store/schema.ts, and its fixture: ' +
    `node test/golden/store-fixture.ts > test/golden/store-v${LATEST + 1}.sql; no fixture is made anew`;
  assert.equal(dump(writtenToday()), fixture(LATEST), advice);
});

test('steps of before make the tables that they made', () => {
  for (let version = 1; version <= LATEST; version++) {
    const then = new DatabaseSync(':memory:');
    then.exec(fixture(version));
    const now = new DatabaseSync(':memory:');
    migrate(now, MIGRATIONS.slice(0, version));
    assert.equal(tablesOf(now), tablesOf(then), `a step up to ${version} was edited`);
    assert.deepEqual([schemaVersion(now), schemaVersion(then)], [version, version]);
  }
});
