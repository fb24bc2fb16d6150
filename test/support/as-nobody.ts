/** Doing something as a user without rights, in the process of root. */

import koffi from 'koffi';

const NOBODY = 65_534;
const PR_SET_DUMPABLE = 4;

let prctl: ((option: number, value: number) => number) | undefined;

/** Runs `act`, which may not wait for anything, without the rights of root. */
export function asNobody<Result>(act: () => Result): Result {
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    openProc();
    return act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    openProc();
  }
}

/** After a change of the user the kernel shuts `/proc/self` against everybody but root. */
function openProc(): void {
  prctl ??= koffi.load(null).func('int prctl(int, unsigned long)');
  if (prctl(PR_SET_DUMPABLE, 1) !== 0) throw new Error('prctl failed');
}
