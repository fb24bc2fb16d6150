/** Directories that end with the test. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** A new private directory, removed after the test. */
export async function temporaryDirectory(test: TestContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'kith-test-'));
  test.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
