/** Shows scenes: on a terminal a table that stays in place, elsewhere a line now and then. */

import { countText } from '../format.ts';
import type { Out } from '../out.ts';
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
  return {
    show: (scene) => {
      const gapMs = out.isTerminal ? REDRAW_MS : LINE_MS;
      if (scene.elapsedMs - shownMs < gapMs && scene.verdict.kind !== 'equal') return;
      shownMs = scene.elapsedMs;
      if (out.isTerminal) {
        const table = sceneLines(scene, { names, paint: out.paint });
        out.draft([...table, secondsText(scene.elapsedMs)]);
      } else out.line(sceneLine(scene, { names }));
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
      if (out.isTerminal) out.draft(sceneLines(scene, { names, paint: out.paint }));
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

function contentText({ folders: [first] }: Scene): string {
  return first === undefined
    ? 'nothing'
    : `${countText(first.local.files, 'file')}, ${first.local.bytes} bytes`;
}
