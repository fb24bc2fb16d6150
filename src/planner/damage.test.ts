import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { directoryEntry, fileEntry, linkEntry } from '../../test/support/builders.ts';
import type { Entry } from '../model/entry.ts';
import { type DiskFacts, judgeFound, type Suspicion } from './damage.ts';

const at = (s: number): { s: number; ns: number } => ({ s, ns: 0 });
const facts = (inode: bigint, ctime: number): DiskFacts => ({ inode, ctime: at(ctime) });

/** Recorded at 1000 with inode 7; the machine has run since 2000 and it is 2100 now. */
function judged(found: { content: string; mtime: number }, seen: DiskFacts): string {
  const suspicion: Suspicion = {
    ours: fileEntry('recorded', { mtime: at(900) }),
    found: fileEntry(found.content, { mtime: at(found.mtime) }),
    seen,
    recorded: facts(7n, 1000),
    sinceBoot: { from: at(2000), to: at(2100) },
  };
  return judgeFound(suspicion);
}

describe('what is found after a power cut', () => {
  test('is sound with the recorded content, whatever its times', () => {
    assert.equal(judged({ content: 'recorded', mtime: 1 }, facts(8n, 1)), 'sound');
  });
  test('is damage when other content stands under the recorded time', () => {
    assert.equal(judged({ content: 'other', mtime: 900 }, facts(7n, 1000)), 'damage');
    assert.equal(judged({ content: 'other', mtime: 900 }, facts(7n, 2050)), 'damage');
  });
  test('is an edit under the recorded time if another file was moved there later', () => {
    assert.equal(judged({ content: 'other', mtime: 900 }, facts(8n, 1001)), 'sound');
  });
  test('is damage if the disk went back to a file from before', () => {
    assert.equal(judged({ content: 'other', mtime: 800 }, facts(8n, 990)), 'damage');
  });
  test('is damage if the same file went back within one step of its clock', () => {
    assert.equal(judged({ content: 'other', mtime: 950 }, facts(7n, 1000)), 'damage');
    assert.equal(judged({ content: 'other', mtime: 950 }, facts(8n, 1000)), 'sound');
  });
  test('is damage if it is what ours had replaced, whatever clock dated it', () => {
    const suspicion = (ctime: number): Suspicion => {
      const old = fileEntry('replaced', { mtime: at(1500) });
      return {
        ours: fileEntry('recorded', { mtime: at(900), previous: 'replaced' }),
        found: old,
        seen: facts(7n, ctime),
        recorded: facts(7n, 1000),
        sinceBoot: { from: at(2000), to: at(2100) },
      };
    };
    assert.equal(judgeFound(suspicion(1500)), 'damage');
    assert.equal(judgeFound(suspicion(2050)), 'either');
  });
  test('is damage when nothing is left of it', () => {
    assert.equal(judged({ content: '', mtime: 2050 }, facts(8n, 2050)), 'damage');
    assert.equal(judged({ content: '\0\0\0\0', mtime: 2050 }, facts(8n, 2050)), 'damage');
  });
  test('is an edit if it was changed later than recorded', () => {
    assert.equal(judged({ content: 'other', mtime: 2050 }, facts(7n, 2050)), 'sound');
  });
  test('is damage if it is of another kind, or another link, and no younger than the record', () => {
    const [file, dir] = [fileEntry('recorded'), directoryEntry()];
    const [link, other] = [linkEntry('here'), linkEntry('there')];
    const kindAt = (ours: Entry, found: Entry, ctime: number): string => {
      const sinceBoot = { from: at(2000), to: at(2100) };
      const [seen, recorded] = [facts(8n, ctime), facts(7n, 1000)];
      return judgeFound({ ours, found, seen, recorded, sinceBoot });
    };
    for (const [ours, found] of [
      [file, dir],
      [dir, file],
      [file, link],
      [link, file],
      [link, other],
    ] as const) {
      assert.equal(kindAt(ours, found, 990), 'damage');
      assert.equal(kindAt(ours, found, 1000), 'damage');
      assert.equal(kindAt(ours, found, 1001), 'sound');
      assert.equal(kindAt(ours, found, 2050), 'sound');
    }
    assert.equal(kindAt(dir, dir, 990), 'sound');
    assert.equal(kindAt(link, link, 990), 'sound');
  });
  test('of another kind may be an edit if it was made since the start by a clock that was set back', () => {
    const suspicion: Suspicion = {
      ours: fileEntry('recorded'),
      found: directoryEntry(),
      seen: facts(8n, 450),
      recorded: facts(7n, 1000),
      sinceBoot: { from: at(400), to: at(500) },
    };
    assert.equal(judgeFound(suspicion), 'either');
  });
  test('may be an edit if it was changed since the start by a clock that was set back', () => {
    const suspicion: Suspicion = {
      ours: fileEntry('recorded', { mtime: at(900) }),
      found: fileEntry('other', { mtime: at(450) }),
      seen: facts(7n, 450),
      recorded: facts(7n, 1000),
      sinceBoot: { from: at(400), to: at(500) },
    };
    assert.equal(judgeFound(suspicion), 'either');
  });
});
