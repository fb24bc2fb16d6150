/** What no accepted path may be, in words of its own: a second opinion on the parser (LNK-08). */

import assert from 'node:assert/strict';
import { posix } from 'node:path';

const ROOT = '/folder/root';

/** Throws if the path could leave its folder, or could not be written as it is. */
export function checkPath(path: string): void {
  const shown = JSON.stringify(path.slice(0, 100));
  assert.ok(path.length > 0 && path.length <= 8192, 'empty or too long');
  assert.doesNotMatch(path, /^\/|\/$|\/\//, `an empty part: ${shown}`);
  assert.doesNotMatch(path, /(?:^|\/)\.{1,2}(?:\/|$)/, `a dot part: ${shown}`);
  assert.ok(!path.includes('\0'), 'NUL');
  const bytes = new TextEncoder().encode(path);
  assert.equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), path, 'not Unicode');
  assert.equal(path.normalize('NFC'), path, `not NFC: ${shown}`);
  assert.equal(posix.resolve(ROOT, path), `${ROOT}/${path}`, `it leaves its folder: ${shown}`);
}
