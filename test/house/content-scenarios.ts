/** Failures of the catalogue that are about what is in a folder: conflicts, clocks, names, moves, links, deletes, files in use. */

import type { Scenario } from './scenario.ts';

export const contentScenarios: readonly Scenario[] = [
  {
    id: 'CON-01',
    right:
      'of two edits without contact one keeps the name and the other becomes a copy, on every device',
    tests: {
      'test/sim/conflicts.test.ts': ['CON-01: two edits without contact end as one file'],
    },
  },
  {
    id: 'CON-02',
    right: 'what nobody has looked at yet is not overwritten by what comes',
    tests: {
      'test/sim/conflicts.test.ts': ['CON-02: what nobody has looked at yet is not'],
    },
  },
  {
    id: 'CON-04',
    right: 'a folder that was added anew does not pass off older content as newer',
    tests: {
      'test/sim/conflicts.test.ts': ['CON-04: a folder that was added anew keeps what was'],
    },
  },
  {
    id: 'CON-06',
    right: 'versions have one order, deletes among them, in whatever order devices meet',
    tests: {
      'test/property/version.property.test.ts': [
        'the total order puts every newer version after',
        'the total order is transitive',
      ],
      'test/sim/conflicts.test.ts': ['CON-06: a conflict whose one side was deleted ends'],
    },
  },
  {
    id: 'CON-08',
    right: 'an edit of the very content that another device only touched is no conflict',
    tests: {
      'test/sim/edits-and-deletes.test.ts': ['a second save that was made of the very content'],
    },
  },
  {
    id: 'CON-09',
    right: 'equal bytes on both sides are agreement: no copy, no transfer',
    tests: {
      'test/sim/conflicts.test.ts': ['CON-09: equal bytes on both sides make no copy, and'],
    },
  },
  {
    id: 'CON-11',
    right: 'edits that nobody was told of survive the newer version that comes first',
    tests: {
      'test/sim/edits-and-deletes.test.ts': ['hours of edits that nobody was told of survive the'],
    },
  },
  {
    id: 'CON-12',
    right: 'a conflict that is cut off at any point ends with both texts',
    tests: {
      'test/sim/kills.test.ts': ['CRS-02: killed at any call of …, it ends the same,'],
      'test/sim/power.test.ts': ['CRS-01: a power cut (…) at any call of a conflict'],
    },
  },
  {
    id: 'CON-14',
    right: 'a folder that holds files already loses none of them at the first meeting',
    tests: {
      'test/sim/conflicts.test.ts': ['CON-14: a folder that already holds files of its'],
    },
  },
  {
    id: 'CON-15',
    right: 'a directory or link takes the name, the edited file stays beside it',
    tests: {
      'test/sim/conflicts.test.ts': ['CON-15: a directory or link that took the name of'],
    },
  },
  {
    id: 'CON-16',
    right: 'an edit survives a delete elsewhere, and everything goes on',
    tests: {
      'test/sim/edits-and-deletes.test.ts': ['an edit survives a delete elsewhere, though … is'],
    },
  },
  {
    id: 'CLK-01',
    right: 'an edit within the same tick of the clock is noticed',
    tests: {
      'test/sim/times.test.ts': ['CLK-01: an edit in place of the same size in the'],
    },
  },
  {
    id: 'CLK-02',
    right: 'a file made anew with inode, length and time of the old one is noticed',
    tests: {
      'test/sim/clocks.test.ts': ['a file made anew …, with the length and the inode'],
    },
  },
  {
    id: 'CLK-04',
    right: 'coarse or refused times make no versions and no traffic',
    tests: {
      'test/sim/times.test.ts': [
        'CLK-04: a file system with steps of … s makes no',
        'CLK-04: a file system that refuses times (…) gets',
      ],
    },
  },
  {
    id: 'CLK-06',
    right: 'absurd times move no content, make no copies and can be put right',
    tests: {
      'test/sim/clocks.test.ts': ['times that all become 1970 move no content and make'],
    },
    notYet: 'the brake, and times that a device ought not to believe',
  },
  {
    id: 'CLK-08',
    right: 'a wrong clock decides nothing, neither while it is wrong nor afterwards',
    tests: {
      'test/sim/clocks.test.ts': [
        'a clock that was … years off and is put right',
        'a clock that steps back and on while files are',
      ],
    },
  },
  {
    id: 'CLK-09',
    right: 'change times that flutter make no version',
    tests: {
      'test/sim/clocks.test.ts': ['change times that flutter make no version and no'],
    },
  },
  {
    id: 'CLK-10',
    right: 'a change of time alone is news until it has arrived',
    tests: {
      'test/sim/clocks.test.ts': ['a time that changed without contact is still news'],
    },
  },
  {
    id: 'CLK-11',
    right: 'a disk that was elsewhere is looked through whole',
    tests: {
      'test/sim/clocks.test.ts': ['a disk that was written to elsewhere is looked'],
    },
  },
  {
    id: 'UNI-01',
    right:
      'of names that a disk takes for one the second is held there, and never deleted at its source',
    tests: {
      'test/sim/folding.test.ts': ['of two names that differ by case alone one is held'],
      'test/sim/spellings.test.ts': ['two names that a disk takes for one both stay at'],
    },
  },
  {
    id: 'UNI-02',
    right: 'a rename by case alone is a rename, and comes back from nobody as a delete',
    tests: {
      'test/sim/folding.test.ts': [
        'a … that is renamed by case alone is renamed',
        'whoever renames by case alone loses nothing that',
      ],
      'test/sim/spellings.test.ts': ['a rename by case alone comes back from no device as'],
    },
  },
  {
    id: 'UNI-04',
    right: 'names stay as a person wrote them, and two spellings of one name are held apart',
    tests: {
      'test/sim/names.test.ts': [
        'of … the first keeps the name, and the second is',
        'a name that is spelt otherwise stays what it is',
      ],
    },
  },
  {
    id: 'UNI-05',
    right: 'a disk that respells names adds nothing by it',
    tests: {
      'test/sim/folding.test.ts': ['a disk that keeps names in another form takes and'],
      'test/sim/spellings.test.ts': ['what goes round by a disk that keeps names in'],
    },
  },
  {
    id: 'UNI-06',
    right: 'a listing with twins in it deletes nothing',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'UNI-08',
    right: 'of directories that a disk takes for one the second is held with all that is in it',
    tests: {
      'test/sim/spellings.test.ts': ['of two directories that a disk takes for one what'],
    },
  },
  {
    id: 'REN-01',
    right: 'two files that were swapped are swapped everywhere, and nothing travels',
    tests: {
      'test/sim/renames.test.ts': ['REN-01: two files that were swapped are swapped'],
    },
  },
  {
    id: 'REN-03',
    right: 'directories moved into each other end the same everywhere, with every file',
    tests: {
      'test/sim/moves.test.ts': ['of two directories that were moved into each other'],
    },
  },
  {
    id: 'REN-04',
    right: 'a file moved and renamed in quick succession is there under its last name',
    tests: {
      'test/sim/moves.test.ts': ['a file that is moved into a new folder and renamed'],
    },
  },
  {
    id: 'REN-06',
    right: 'a renamed folder loses nothing and travels not at all',
    tests: {
      'test/sim/renames.test.ts': ['REN-06: a folder that was renamed is renamed'],
    },
  },
  {
    id: 'REN-08',
    right: 'an edit below a directory that is renamed elsewhere is kept',
    tests: {
      'test/sim/moves.test.ts': ['what is edited while its directory is renamed'],
    },
  },
  {
    id: 'REN-09',
    right: 'every change of kind arrives',
    tests: {
      'test/sim/renames.test.ts': ['REN-09: every change of kind that was made offline'],
    },
  },
  {
    id: 'REN-11',
    right: 'a file moved over another is a new content, not a conflict',
    tests: {
      'test/sim/moves.test.ts': ['a file that is moved over another is a new content'],
    },
  },
  {
    id: 'REN-13',
    right: 'a transfer goes on under the new name, and leaves nothing behind',
    tests: {
      'test/sim/moves.test.ts': ['a directory that is renamed while it is being'],
    },
  },
  {
    id: 'REN-14',
    right: 'a file that is not fetched yet can be renamed',
    tests: {},
    notYet: 'mounts',
  },
  {
    id: 'REN-15',
    right: 'content moved between folders is found, though its only holder has gone',
    tests: {},
    notYet: 'versions',
  },
  {
    id: 'LNK-01',
    right: 'no link that a device announces leads a write outside',
    tests: {
      'test/sim/hostile.test.ts': ['LNK-01: a device that announces … changes nothing'],
    },
  },
  {
    id: 'LNK-02',
    right: 'no delete goes through a link that took a directory’s place',
    tests: {
      'test/sim/hostile.test.ts': ['LNK-02: a delete below a directory that became a'],
    },
  },
  {
    id: 'LNK-03',
    right:
      'a program that swaps directories for links in a tight loop gets nothing written outside',
    tests: {
      'test/contract/swapped-directories.node.test.ts': [
        'a hundred thousand swaps of a directory for a link',
      ],
    },
  },
  {
    id: 'LNK-04',
    right: 'no path passes an entry that is no directory',
    tests: {
      'test/sim/strange-entries.test.ts': ['a device that announces … writes nowhere but at the'],
    },
  },
  {
    id: 'LNK-06',
    right: 'only what was announced is given, and every refusal is like the other',
    tests: {
      'test/sim/strange-entries.test.ts': ['blocks of names, places and contents that were'],
    },
  },
  {
    id: 'LNK-08',
    right: 'one reader of paths for all sources; a bad one refuses the whole message',
    tests: {
      'src/bep/messages/index-message.test.ts': [
        'names that are not in canonical form are refused',
      ],
      'src/model/path.test.ts': ['a path that was parsed parses again and never'],
      'test/sim/hostile.test.ts': [
        'LNK-08: one name that leaves its place refuses the',
        'LNK-08: names that Kith keeps for itself are',
      ],
    },
  },
  {
    id: 'LNK-10',
    right: 'what Kith keeps for itself is neither taken nor given, and is no folder',
    tests: {
      'src/daemon/config-file.test.ts': ['a folder that holds the home, stands in it, or'],
      'test/e2e/cli-commands.test.ts': ['a home in the way of a folder is refused in both'],
      'test/sim/hostile.test.ts': ['LNK-08: names that Kith keeps for itself are'],
    },
  },
  {
    id: 'LNK-12',
    right: 'targets of links are kept byte by byte, and followed by nothing',
    tests: {
      'test/sim/strange-entries.test.ts': [
        'links of every kind travel as they are, and nothing',
        'the target of a link that is no UTF-8 travels byte',
      ],
    },
  },
  {
    id: 'DEL-01',
    right: 'an edit outlives the delete of the other side',
    tests: {
      'test/sim/edits-and-deletes.test.ts': ['an edit survives a delete elsewhere, though … is'],
    },
  },
  {
    id: 'DEL-02',
    right: 'deletes reach who was off through those who were there',
    tests: {
      'test/sim/roots.test.ts': ['what was deleted while a device was off stays'],
    },
  },
  {
    id: 'DEL-04',
    right: 'a folder without its root or marker stops and announces nothing',
    tests: {
      'test/sim/deletes.test.ts': ['DEL-04: without its root or its marker a folder'],
    },
  },
  {
    id: 'DEL-05',
    right: 'a marker made by hand in an empty directory deletes nothing',
    tests: {
      'test/sim/roots.test.ts': ['a marker that a person puts into an empty directory'],
    },
  },
  {
    id: 'DEL-07',
    right: 'another directory in the folder’s place stops it',
    tests: {
      'test/sim/roots.test.ts': ['another directory … that stands where the folder'],
    },
  },
  {
    id: 'DEL-08',
    right: 'a flood of deletes waits for a person',
    tests: {},
    notYet: 'the brake',
  },
  {
    id: 'DEL-10',
    right: 'what cannot be read is not gone',
    tests: {
      'test/sim/deletes.test.ts': [
        'DEL-10: what stands in a directory that cannot be',
        'DEL-10: what the disk answers for by an error (…)',
      ],
    },
  },
  {
    id: 'DEL-12',
    right: 'a directory that was deleted elsewhere stays with what only stands here',
    tests: {
      'test/sim/deletes.test.ts': ['DEL-12: a directory that was deleted there stays'],
    },
  },
  {
    id: 'DEL-13',
    right: 'a database of an earlier installation takes nothing for deleted',
    tests: {
      'test/sim/roots.test.ts': ['a database of an earlier installation takes nothing'],
    },
  },
  {
    id: 'DEL-14',
    right: 'what is equal on both sides is known as equal',
    tests: {
      'test/sim/edits-and-deletes.test.ts': ['what both sides brought along equal is known as'],
    },
  },
  {
    id: 'DEL-16',
    right: 'empty directories are entries like any other',
    tests: {
      'test/sim/roots.test.ts': ['directories with nothing in them are made, moved'],
    },
  },
  {
    id: 'DEL-17',
    right: 'what is deleted and made anew faster than a look is there as it was written last',
    tests: {
      'test/sim/edits-and-deletes.test.ts': [
        'a file that is deleted and made anew … ms apart is',
        'of twenty files that are swapped for new ones while',
      ],
    },
  },
  {
    id: 'PAR-01',
    right: 'a file that changes while it is hashed is announced as it is in the end',
    tests: {
      'test/sim/changing-files.test.ts': ['a file that … at read … while it is hashed is'],
    },
  },
  {
    id: 'PAR-02',
    right: 'a file that grows shows only states that existed',
    tests: {
      'test/sim/changing-files.test.ts': ['a file that grows for minutes shows elsewhere only'],
    },
  },
  {
    id: 'PAR-04',
    right: 'a repository in use arrives whole, no object ever empty or in part',
    tests: {
      'test/sim/changing-files.test.ts': ['a repository that is worked in arrives whole, and'],
    },
  },
  {
    id: 'PAR-06',
    right: 'a save in the very last moment survives',
    tests: {
      'test/sim/last-moment.test.ts': [
        'PAR-06: a save at any call of … survives, whichever',
        'PAR-06: what is written at any call of … through a',
        'PAR-06: a delete at any call of a replacement makes',
      ],
    },
  },
  {
    id: 'PAR-08',
    right: 'a file that shrinks or goes after it was announced is never filled up',
    tests: {
      'test/sim/changing-files.test.ts': ['a file that … after it was announced is never'],
    },
  },
  {
    id: 'PAR-09',
    right: 'a transfer that goes on mixes no two contents',
    tests: {
      'test/sim/changing-files.test.ts': ['a transfer that goes on after its file has changed'],
      'test/sim/transfers.test.ts': ['a file that changes while it is being fetched'],
    },
  },
  {
    id: 'PAR-10',
    right: 'blocks of zeros are verified like any other',
    tests: {
      'test/sim/changing-files.test.ts': ['blocks of zeros are content like any other: holes'],
    },
  },
];
