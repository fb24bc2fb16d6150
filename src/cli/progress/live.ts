/** Bars below everything else on the terminal of standard error, for as long as something is going on. */

import type { StatusReport } from '../../api/status.ts';
import type { Out } from '../out.ts';
import type { Wanted } from '../verdict.ts';
import { progressText } from './bar.ts';
import { ProgressView } from './view.ts';

/** Shows reports as they come. */
export interface LiveProgress extends Disposable {
  show(report: StatusReport, wanted: Wanted): void;
  /** Takes the bars away, and says what was moved if that took a while. */
  conclude(): void;
}

/** A summary of less is no news. */
const LONG_MS = 1000;

/** Does nothing where standard error is no terminal. Disposing takes the bars away. */
export function liveProgress(out: Out): LiveProgress {
  const view = new ProgressView();
  const startMs = performance.now();
  return {
    show: (report, wanted) => {
      if (out.live === undefined) return;
      const { width, style } = out.live;
      const lines = view.observe(report, wanted, performance.now());
      out.draft(lines.map((line) => progressText(line, { width: width(), style })));
    },
    conclude: () => {
      out.draft([]);
      const summary = view.summary();
      const isLong = performance.now() - startMs > LONG_MS;
      if (out.live !== undefined && isLong && summary !== undefined) out.note(summary);
    },
    [Symbol.dispose]: () => out.draft([]),
  };
}
