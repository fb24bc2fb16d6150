/** Which file system a path lies on, by the kernel's table of mounts. */

/** A line of mountinfo. */
export interface Mount {
  readonly point: string;
  /** `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  readonly source: string;
  readonly isReadOnly: boolean;
}

/** Reads the text of /proc/self/mountinfo; lines that are none are passed over. Source: proc_pid_mountinfo(5). */
export function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    // The first one: what is mounted may be called like it.
    const at = line.indexOf(' - ');
    if (at < 0) return [];
    const [, , , , point, options = ''] = line.slice(0, at).split(' ');
    const [type, source = '', superOptions = ''] = line.slice(at + 3).split(' ');
    if (point === undefined || type === undefined || type === '') return [];
    const isReadOnly = [options, superOptions].some((each) => each.split(',').includes('ro'));
    return [{ point: unescaped(point), type, source: unescaped(source), isReadOnly }];
  });
}

/** The mount that holds `path`, which is absolute and resolved: the innermost, of several at one point the last. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const { point } = mount;
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    if (holds && point.length >= (best?.point.length ?? 0)) best = mount;
  }
  return best;
}

/** Blanks and the like stand there as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => {
    return String.fromCharCode(Number.parseInt(digits, 8));
  });
}
