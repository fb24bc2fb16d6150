/** Why a folder stopped, and how that is logged: once for as long as the reason is the same. */

import { asKithError, KithError } from '../base/error.ts';
import type { FolderId } from '../model/folder.ts';
import type { Log } from '../ports/log.ts';

/** The error as one of ours; logs it unless it is `before` again. What nobody foresaw is a BUG, logged each time with its stack. */
export function stopOf(
  error: unknown,
  facts: { readonly log: Log; readonly folder: FolderId; readonly before: KithError | undefined },
): KithError {
  const { log, folder, before } = facts;
  const known = asKithError(error) ?? new KithError('BUG', { what: String(error) }, error);
  const { code, message: text, data } = known;
  if (known.kind === 'bug') {
    const stack = error instanceof Error ? (error.stack ?? text) : String(error);
    log.write('error', 'folder-failed', { folder, error: stack, ...data });
  } else if (before?.code !== code) {
    log.write('error', 'folder-stopped', { folder, code, text });
  }
  return known;
}
