/** Stories of one kind alone: what the options say comes, nothing else does, and the same seed draws the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawScript } from '../../lab/chaos/draw.ts';
import { drawOptionsOf, drawText } from '../../lab/chaos/draw-options.ts';
import { isUserAct } from '../../lab/chaos/script.ts';

const SEEDS = Array.from({ length: 40 }, (_, at) => at + 1);

test('options of drawing are read from their text and told by it', () => {
  const text =
    'acts=40,devices=3,names=1,flocks=0.5,people=write+delete,troubles=power+kills,fate=1';
  const options = drawOptionsOf(text);
  assert.deepEqual(options, {
    acts: 40,
    devices: 3,
    names: 1,
    flocks: 0.5,
    people: ['write', 'delete'],
    troubles: ['power', 'kills'],
    fate: 1,
  });
  assert.equal(drawText(options), text);
});

test('an option that is none, or has no such value, is refused in words', () => {
  for (const text of ['', 'acts', 'acts=0', 'flocks=2', 'troubles=luck', 'people=each', 'seed=1']) {
    assert.throws(() => drawOptionsOf(text), Error, text);
  }
});

test('stories of one kind have no more devices, acts, names, deeds and troubles than were asked for', () => {
  const options = drawOptionsOf(
    'acts=60,devices=2,names=1,flocks=0,people=write+delete,troubles=power',
  );
  for (const seed of SEEDS) {
    const script = drawScript(seed, options);
    assert.deepEqual(drawScript(seed, options), script);
    assert.equal(script.cast.length, 2);
    assert.equal(script.decisions.length, 60);
    const deeds = script.decisions.filter(({ act }) => isUserAct(act)).map(({ act }) => act.do);
    assert.deepEqual([...new Set(deeds)].sort(), ['delete', 'write']);
    const fates = script.decisions.filter(({ act }) => !isUserAct(act)).map(({ act }) => act.do);
    assert.deepEqual(
      fates.filter((each) => each !== 'power' && each !== 'start'),
      [],
    );
  }
});

test('without options every kind comes', () => {
  const scripts = SEEDS.map((seed) => drawScript(seed));
  const acts = new Set(scripts.flatMap(({ decisions }) => decisions.map(({ act }) => act.do)));
  for (const act of ['each', 'link', 'power', 'database', 'room', 'network', 'clock'] as const) {
    assert.ok(acts.has(act), act);
  }
});
