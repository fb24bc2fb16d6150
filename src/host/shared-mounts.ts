/** File systems that other machines, or the host of a virtual one, change too: what they do, no watch here is told of. */

import fs from 'node:fs';
import { errnoOf } from './errno.ts';
import { mountOf, parseMounts } from './mounts.ts';

const SHARED: readonly string[] = [
  ...[
    'nfs',
    'nfs4',
    'cifs',
    'smb3',
    'smbfs',
    'afs',
    'ceph',
    'glusterfs',
    'lustre',
    'gfs2',
    'ocfs2',
  ],
  ...['9p', 'virtiofs', 'vboxsf', 'vmhgfs', 'prl_fs', 'davfs', 'beegfs'],
  ...['fuse.sshfs', 'fuse.rclone', 'fuse.s3fs', 'fuse.glusterfs', 'fuse.gcsfuse', 'fuse.davfs2'],
  ...['fuse.curlftpfs', 'fuse.ceph-fuse', 'fuse.vmhgfs-fuse', 'fuse.juicefs'],
];

/** True for a type of file system, as mountinfo names it, of which it is known. */
export function isShared(type: string): boolean {
  return SHARED.includes(type);
}

/** True where changes may be made that nobody here is told of: shared ones, and what programs make up. */
export function mayChangeUntold(type: string): boolean {
  return isShared(type) || (type.startsWith('fuse') && type !== 'fuseblk');
}

/** Why not all changes in a directory are told, for people; undefined if they are, or if there is no such directory. */
export function whyUntold(
  root: string,
  mountinfo = (): string => fs.readFileSync('/proc/self/mountinfo', 'utf8'),
): string | undefined {
  try {
    const type = mountOf(parseMounts(mountinfo()), fs.realpathSync(root))?.type;
    if (type === undefined || !mayChangeUntold(type)) return undefined;
    return `changes that are made elsewhere are not told by ${type}`;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    // Of what cannot be reached the watch itself says why.
    return undefined;
  }
}
