/** Shows scenes: on a terminal a table that stays in place, elsewhere a line now and then. */

import { countText } from '../format.ts';
import type { Out } from '../out.ts';
import { progressText } from '../progress/bar.ts';
import { addLacks, type Lack, LackMeter, lackHere, NO_LACK } from '../progress/lack-meter.ts';
import { sceneLine, sceneLines, secondsText } from './scene-text.ts';
import type { Scene } from './scenes.ts';

const REDRAW_MS = 100;
const LINE_MS = 2000;

/** Shows how the first copies spread. Prints at most so often as a person can read. */
export function showProgress(
  out: Out,
  names: readonly string[],
): { readonly show: (scene: Scene) => void } {
  let shownMs = Number.NEGATIVE_INFINITY;
  const meter = new LackMeter();
  return {
    show: (scene) => {
      const gapMs = out.live === undefined ? LINE_MS : REDRAW_MS;
      if (scene.elapsedMs - shownMs < gapMs && scene.verdict.kind !== 'equal') return;
      shownMs = scene.elapsedMs;
      const advance = meter.observe(lackOf(scene), scene.elapsedMs);
      if (out.live === undefined) {
        out.line(sceneLine(scene, { names }));
        return;
      }
      const { width, style } = out.live;
      const line = { label: secondsText(scene.elapsedMs), ...advance };
      const table = sceneLines(scene, { names, paint: out.paint });
      out.draft([...table, '', progressText(line, { width: width(), style })]);
    },
  };
}

/** Shows changes that a person makes after `start`: the table, and a line once each has reached every device. */
export function showChanges(
  out: Out,
  { names, start }: { readonly names: readonly string[]; readonly start: Scene },
): { readonly show: (scene: Scene) => void } {
  let sinceMs: number | undefined;
  let counted = contentText(start);
  return {
    show: (scene) => {
      out.draft(sceneLines(scene, { names, paint: out.paint }));
      if (scene.verdict.kind !== 'equal') {
        sinceMs ??= scene.elapsedMs;
        return;
      }
      const now = contentText(scene);
      const isNew = now !== counted || sinceMs !== undefined;
      const tookMs = scene.elapsedMs - (sinceMs ?? scene.elapsedMs);
      [counted, sinceMs] = [now, undefined];
      if (isNew) out.line(`everywhere, ${secondsText(tookMs)} after it was noticed: ${now}`);
    },
  };
}

/** Of all devices together. */
function lackOf({ folders }: Scene): Lack {
  return folders.map(lackHere).reduce(addLacks, NO_LACK);
}

function contentText({ folders: [first] }: Scene): string {
  return first === undefined
    ? 'nothing'
    : `${countText(first.local.files, 'file')}, ${first.local.bytes} bytes`;
}
