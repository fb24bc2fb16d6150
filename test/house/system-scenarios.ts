/** Failures of the catalogue that are about what Kith stands on: disks, modes, events, crashes, identities, networks. */

import type { Scenario } from './scenario.ts';

export const systemScenarios: readonly Scenario[] = [
  {
    id: 'DSK-01',
    right: 'a full disk shows nothing in part, holds and reports, and harms no source',
    tests: {
      'test/e2e/disk.test.ts': ['a full disk is held and reported, and taken up'],
      'test/sim/disk-trouble.test.ts': ['when …, what it concerns is held and reported, and'],
    },
  },
  {
    id: 'DSK-02',
    right: 'a full disk of the database undoes the whole write, and the next one can succeed',
    tests: {
      'src/store/database.test.ts': ['make the whole write undone when the disk is full,'],
      'test/contract/folder-store.full-disk.test.ts': [
        'a database whose disk is full undoes the whole write',
      ],
      'test/sim/database-full.test.ts': ['DSK-02: whichever commit of … finds no room'],
    },
  },
  {
    id: 'DSK-04',
    right: 'when there is space again everything goes on by itself',
    tests: {
      'test/e2e/disk.test.ts': ['a full disk is held and reported, and taken up'],
      'test/sim/disk-trouble.test.ts': ['when …, what it concerns is held and reported, and'],
    },
  },
  {
    id: 'DSK-05',
    right: 'want of inodes and want of watches are told from want of bytes',
    tests: {
      'test/contract/file-system.foreign.test.ts': [
        'a disk whose inodes are used up is not called full',
      ],
      'test/contract/watcher.node.test.ts': ['where the limit on watches is reached, that is said'],
      'test/e2e/disk.test.ts': ['a disk that has bytes but no room for another file'],
    },
  },
  {
    id: 'DSK-06',
    right: 'neither a small nor a missing directory for temporary files is in the way',
    tests: {
      'test/e2e/disk.test.ts': ['a directory for temporary files that is not there'],
    },
  },
  {
    id: 'DSK-07',
    right: 'a file system that turns read-only is reported, and deletes nothing',
    tests: {
      'test/sim/kinds.test.ts': [
        'DSK-07: a share that is read-only by design',
        'DSK-07: another directory in the place of a read-only share',
        'DSK-07: a folder that has to be written to stops',
      ],
      'test/e2e/disk.test.ts': ['a disk that turns read-only is reported, and taken'],
      'test/sim/disk-trouble.test.ts': ['when …, what it concerns is held and reported, and'],
    },
  },
  {
    id: 'DSK-09',
    right: 'making room works on a full disk',
    tests: {},
    notYet: 'versions',
  },
  {
    id: 'PRM-01',
    right: 'modes that shut their owner out are kept, and never taken for an absence',
    tests: {
      'test/sim/odd-files.test.ts': ['a file and a directory that shut their owner out'],
      'test/sim/shut-directories.test.ts': ['a directory that shuts its owner out is filled, and'],
    },
  },
  {
    id: 'PRM-02',
    right: 'attributes beside the content never beat a delete',
    tests: {},
    notYet: 'extended attributes',
  },
  {
    id: 'PRM-04',
    right: 'rights to run as somebody else neither come nor go',
    tests: {
      'test/sim/strange-entries.test.ts': ['rights to run as somebody else are neither taken'],
    },
  },
  {
    id: 'PRM-05',
    right: 'special files are passed over with a note, and all beside them is synchronised',
    tests: {
      'test/sim/odd-files.test.ts': ['a fifo or a socket among files is passed over with'],
    },
  },
  {
    id: 'PRM-07',
    right: 'two names of one file are two right files elsewhere',
    tests: {
      'test/sim/odd-files.test.ts': ['of two names of one file both are right elsewhere,'],
    },
  },
  {
    id: 'PRM-09',
    right: 'a name as long as names can be arrives',
    tests: {
      'test/sim/spellings.test.ts': ['a name as long as a name can be arrives, in pieces'],
    },
  },
  {
    id: 'PRM-11',
    right: 'names that are no UTF-8 are reported, and never written back changed',
    tests: {
      'test/contract/watcher.node.test.ts': ['a name that is no UTF-8 makes its directory worth a'],
      'test/sim/names.test.ts': ['a name that is no Unicode is reported as long as it'],
    },
  },
  {
    id: 'PRM-12',
    right: 'names that a disk forbids are held there alone',
    tests: {
      'test/sim/spellings.test.ts': ['names that a disk forbids are held there alone, and'],
    },
  },
  {
    id: 'PRM-13',
    right: 'odd characters in names travel, and are made plain where they are shown',
    tests: {
      'src/cli/format.test.ts': ['nothing in a name moves the cursor, ends the line'],
      'test/sim/spellings.test.ts': ['names with line feeds, controls, turned reading'],
    },
  },
  {
    id: 'PRM-15',
    right: 'content arrives though its mode, attributes or owner cannot be set',
    tests: {
      'test/sim/odd-files.test.ts': ['content arrives though the disk refuses its mode'],
    },
    notYet: 'extended attributes and owners',
  },
  {
    id: 'WCH-01',
    right: 'a burst beyond the queue of events is made up for by a look',
    tests: {
      'test/contract/watcher.node.test.ts': ['a reader that lags learns that events were lost,'],
      'test/sim/events.test.ts': ['of a burst of files that is longer than the queue'],
    },
  },
  {
    id: 'WCH-02',
    right: 'where there are no watches that is said, and all is noticed by looking',
    tests: {
      'test/contract/watcher.node.test.ts': ['where the limit on watches is reached, that is said'],
      'test/sim/events.test.ts': ['where no event comes at all everything is noticed'],
    },
  },
  {
    id: 'WCH-04',
    right: 'shares without events and with unstable inodes are synchronised by looking',
    tests: {
      'test/sim/events.test.ts': [
        'where no event comes at all everything is noticed',
        'numbers of inodes that change by themselves cost a',
        'where it is known that no event comes everything is',
        'looking where no event comes takes no more than a',
      ],
    },
  },
  {
    id: 'WCH-06',
    right: 'Kith’s own writes make no version and no traffic',
    tests: {
      'test/sim/events.test.ts': ['what Kith writes itself comes back to it as events,'],
      'test/sim/topologies.test.ts': ['four devices in a … become equal, and at rest'],
    },
  },
  {
    id: 'CRS-01',
    right: 'no power cut makes a file wrong, or damage an edit',
    tests: {
      'test/sim/power.test.ts': [
        'CRS-01: with the power cut at any call of a first',
        'CRS-01: a power cut that keeps some of what was not',
        'CRS-01: a power cut (…) at any call of a conflict',
      ],
    },
  },
  {
    id: 'CRS-02',
    right: 'killed at any call, a start ends as if nothing had been',
    tests: {
      'src/host/node-store.test.ts': ['CRS-02: has every commit that resolved, and none by'],
      'test/e2e/crash.test.ts': ['a receiver and a sender killed again and again in a'],
      'test/sim/kills.test.ts': ['CRS-02: killed at any call of …, it ends the same,'],
      'test/sim/killed-and-outrun.test.ts': [
        'CRS-02: killed at any call of …, which it hears of',
        'CRS-02: killed at any call of …, it hears of those and is killed again before it has looked',
        'CRS-02: killed at any call of a new link, and ended before it has looked',
        'CRS-02: killed while a link is put in place whose delete is being heard of',
        'CRS-02: killed while a group is made durable, and',
      ],
      'test/sim/links-made-anew.test.ts': ['CRS-02: a link made anew, unseen, and then deleted'],
      'test/sim/shut-directories.test.ts': ['CRS-02: killed at any call while … that shuts its'],
    },
  },
  {
    id: 'CRS-03',
    right: 'after a failed sync nothing that was staged is believed',
    tests: {
      'test/sim/write-errors.test.ts': ['after … pieces writing fails in the background, and'],
    },
  },
  {
    id: 'CRS-04',
    right: 'what was promised outlasts a kill, and a database that lost its end begins a new index',
    tests: {
      'src/host/node-store.test.ts': ['CRS-02: has every commit that resolved, and none by'],
      'test/contract/store-power-cut.test.ts': [
        'CRS-04: a power cut in a commit or a checkpoint, whatever',
        'CRS-04: a log that has lost its end, or a piece of it,',
      ],
      'test/sim/power.test.ts': ['CRS-05: after its database was rolled back a device'],
    },
  },
  {
    id: 'CRS-05',
    right: 'sequences are never used twice in one index',
    tests: {
      'test/contract/folder-store.contract.ts': [
        'CRS-05: never lowers the last sequence within one',
      ],
      'test/sim/power.test.ts': ['CRS-05: after its database was rolled back a device'],
    },
  },
  {
    id: 'CRS-07',
    right: 'without its database a device travels, copies and deletes nothing',
    tests: {
      'test/sim/power.test.ts': ['CRS-07: with a new database nothing travels again,'],
    },
  },
  {
    id: 'CRS-09',
    right: 'one daemon to a home, and the lock of a dead one is free',
    tests: {
      'src/daemon/lock.test.ts': ['a second daemon is refused and told the first one’s'],
      'test/e2e/cli.test.ts': ['after kill -9 no command is misled, and the next'],
    },
  },
  {
    id: 'CRS-10',
    right: 'a new schema comes whole or not at all, and an old program refuses it',
    tests: {
      'src/host/node-store.test.ts': ['CRS-10: is refused and left alone if a newer Kith'],
      'src/store/database.test.ts': [
        'CRS-10: leave the version before when a step breaks',
        'CRS-10: refuse a database that a newer Kith made,',
      ],
    },
  },
  {
    id: 'CRS-12',
    right: 'either side’s record of a change is valid alone',
    tests: {
      'test/sim/partitions.test.ts': ['killed between what the two sides record of a'],
    },
  },
  {
    id: 'CRS-14',
    right: 'a name that was recorded outlasts a power cut',
    tests: {
      'test/sim/power.test.ts': ['CRS-14: … that was recorded outlasts a power cut, …'],
    },
  },
  {
    id: 'IDN-01',
    right: 'two devices with one key are told apart and stopped, with a way out',
    tests: {
      'src/peer/peers.test.ts': [
        'two devices with one key are told apart, and',
        'a device that starts anew, again and again, is',
      ],
      'test/sim/twins.test.ts': ['a device that was put back with its disk to an'],
    },
    notYet: 'a machine put back that changed as much as was lost before it met anybody',
  },
  {
    id: 'IDN-03',
    right: 'ids whose short form collides are refused',
    tests: {
      'src/daemon/config-file.test.ts': ['a device whose short id is that of another one, or'],
    },
  },
  {
    id: 'NET-01',
    right: 'devices that were apart agree, and nobody’s last word is lost',
    tests: {
      'test/sim/partitions.test.ts': ['three devices apart that edit, delete and meet'],
      'test/sim/random-stories.test.ts': ["nobody's last word is lost with …, seed …"],
    },
  },
  {
    id: 'NET-02',
    right: 'a device that went without a word is noticed in bounded time',
    tests: {
      'test/sim/reconnects.test.ts': ['NET-02: a connection that is dead'],
      'src/peer/peers.test.ts': ['whoever is silent is cut off: 20 s for Hello, 300 s'],
    },
  },
  {
    id: 'NET-04',
    right: 'a slow link carries a large index in the end',
    tests: {
      'src/peer/block-requests.test.ts': ['control goes before everything else, and an index'],
      'test/sim/partitions.test.ts': ['over a link as slow as a modem a large index'],
    },
  },
  {
    id: 'NET-06',
    right: 'loss, other orders and small packets are lived with',
    tests: {},
    notYet: 'QUIC',
  },
  {
    id: 'NET-07',
    right: 'a message that is cut off counts not at all',
    tests: {
      'test/property/bep-hostile.property.test.ts': [
        'NET-07: a connection cut after any byte has yielded',
      ],
      'test/sim/partitions.test.ts': ['an index that is cut off after any of its bytes'],
    },
  },
  {
    id: 'NET-08',
    right: 'a transfer of many files goes on after a restart',
    tests: {
      'test/e2e/crash.test.ts': ['a receiver and a sender killed again and again in a'],
      'test/sim/partitions.test.ts': ['when … starts anew in the middle of 250 files none'],
      'test/sim/transfers.test.ts': ['a transfer goes on from the blocks that have'],
    },
  },
];
