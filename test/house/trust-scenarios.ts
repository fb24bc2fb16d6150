/** Failures of the catalogue that are about others: hostile devices, the control interface, keys; and parts that are not built. */

import type { Scenario } from './scenario.ts';

export const trustScenarios: readonly Scenario[] = [
  {
    id: 'MAL-01',
    right: 'wrong blocks are dropped and fetched elsewhere, and their sender is cut off',
    tests: {
      'src/peer/block-requests.test.ts': ['a device that sends wrong bytes again and again is'],
      'test/sim/hostile.test.ts': [
        'MAL-01: wrong content is dropped, fetched',
        'MAL-01: one wrong block is asked for elsewhere at',
      ],
    },
  },
  {
    id: 'MAL-02',
    right: 'lengths are bounded before memory is taken',
    tests: {
      'src/bep/frame.test.ts': ['MAL-02: a length beyond the limit of its type is'],
      'src/bep/messages/request.test.ts': ['MAL-02: a request for more than 32 MiB or for less'],
      'test/sim/hostile-wire.test.ts': ['MAL-02: a length beyond what its message may have'],
    },
  },
  {
    id: 'MAL-03',
    right: 'impossible lengths end the connection and nothing else',
    tests: {
      'src/bep/frame.test.ts': ['MAL-03: negative lengths of header and message are'],
      'test/sim/hostile-wire.test.ts': ['MAL-03: a length that is negative or overflows ends'],
    },
  },
  {
    id: 'MAL-04',
    right: 'what a packed message claims to be is bounded first',
    tests: {
      'src/bep/compression.test.ts': [
        'MAL-04: a claimed size beyond the limit is refused',
        'MAL-04: a claimed size that the block could never',
      ],
    },
  },
  {
    id: 'MAL-06',
    right: 'an index without end fills no disk',
    tests: {
      'test/sim/much-announced.test.ts': [
        'MAL-06: an index without end is cut off',
        'MAL-06: a whole index that is too long replaces',
        'MAL-06: a device that is no longer to share the folder',
      ],
    },
  },
  {
    id: 'MAL-08',
    right: 'a device that deletes or rewrites everything is held until a person looks',
    tests: {},
    notYet: 'the brake',
  },
  {
    id: 'MAL-10',
    right: 'every request for what is not to be had is refused alike',
    tests: {
      'src/peer/block-requests.test.ts': ['every refusal looks alike, and none names a reason'],
    },
  },
  {
    id: 'MAL-11',
    right: 'who speaks out of turn, or of what is not theirs, gets nothing, at once',
    tests: {
      'src/peer/folder-session.test.ts': ['unsharing takes effect at once, for requests under'],
      'src/peer/peers.test.ts': ['who says anything but what is due first is cut off'],
      'test/sim/hostile.test.ts': [
        'MAL-11: who speaks of a folder out of turn, or of',
        'MAL-11: what a device asked for is not given once',
      ],
    },
  },
  {
    id: 'MAL-12',
    right: 'strangers get not a byte, and one note a minute is made of them',
    tests: {
      'src/peer/peers.test.ts': ['an unknown device gets not one byte, whatever there'],
    },
  },
  {
    id: 'MAL-14',
    right: 'every phase has its time, and every address its number of connections',
    tests: {
      'src/peer/peers.test.ts': ['whoever is silent is cut off: 20 s for Hello, 300 s'],
      'test/contract/network.node.test.ts': ['strangers who stall in the handshake do not hold up'],
    },
  },
  {
    id: 'MAL-16',
    right: 'hashes are of one kind and one length',
    tests: {
      'src/bep/messages/index-message.test.ts': ['blocks that are not those of a file cut at its'],
    },
  },
  {
    id: 'MAL-17',
    right: 'an untrusted device is given nothing in the clear',
    tests: {},
    notYet: 'encrypted folders',
  },
  {
    id: 'WEB-01',
    right: 'nothing changes without a token, nor by a page of elsewhere',
    tests: {
      'src/daemon/control-server.test.ts': ['a request … gets nothing, whatever it asks'],
    },
  },
  {
    id: 'WEB-02',
    right: 'no name but our own is answered',
    tests: {
      'src/daemon/control-server.test.ts': ['a request … gets nothing, whatever it asks'],
    },
  },
  {
    id: 'WEB-03',
    right: 'names are text wherever they are shown',
    tests: {
      'src/cli/format.test.ts': [
        'nothing in a name moves the cursor, ends the line',
        'a status names folders, devices and problems, and',
      ],
    },
    notYet: 'pages',
  },
  {
    id: 'WEB-05',
    right: 'before the token nothing is told',
    tests: {
      'src/daemon/control-server.test.ts': ['a request … gets nothing, whatever it asks'],
    },
  },
  {
    id: 'WEB-08',
    right: 'no other origin may read',
    tests: {
      'src/daemon/control-server.test.ts': ['a request … gets nothing, whatever it asks'],
    },
  },
  {
    id: 'KEY-01',
    right: 'secrets are private from the moment they are made, and stand in no output',
    tests: {
      'src/daemon/init.test.ts': ['everything in a new home is private from the start,'],
      'src/daemon/lock.test.ts': ['a daemon does not start where others may enter or'],
      'src/host/certificate.test.ts': ['an identity is kept private, read back, and never'],
      'test/e2e/cli.test.ts': ['the token and the key stand in no output'],
    },
  },
  {
    id: 'KEY-03',
    right: 'tokens are compared in constant time, and nothing but the right one lets in',
    tests: {
      'src/daemon/control-server.test.ts': ['a request … gets nothing, whatever it asks'],
    },
    notYet: 'several tokens, their scope and revocation',
  },
  {
    id: 'KEY-05',
    right: 'a wrong folder password writes nothing',
    tests: {},
    notYet: 'encrypted folders',
  },
  {
    id: 'KEY-06',
    right: 'who a device is, its key says, whatever its certificate’s dates',
    tests: {
      'test/contract/network.node.test.ts': ['certificates of any age are taken: the key is the'],
    },
    notYet: 'certificates of web servers and object stores',
  },
  {
    id: 'TRK-01',
    right: 'without a tracker known and local devices are found',
    tests: {},
    notYet: 'the tracker',
  },
  {
    id: 'TRK-02',
    right: 'a tracker that forgot is told again soon',
    tests: {},
    notYet: 'the tracker',
  },
  {
    id: 'TRK-04',
    right: 'nobody announces somebody else',
    tests: {},
    notYet: 'the tracker',
  },
  {
    id: 'TRK-06',
    right: 'a tracker lives within its bounds',
    tests: {},
    notYet: 'the tracker',
  },
  {
    id: 'TRK-07',
    right: 'not found is not remembered for long',
    tests: {},
    notYet: 'the tracker',
  },
  {
    id: 'OBJ-01',
    right: 'a listing is a hint, and deletes nothing',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'OBJ-02',
    right: 'of two writers one is told that it lost',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'OBJ-05',
    right: 'a store that asks for patience gets it',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'OBJ-06',
    right: 'uploads are published whole, and orphans are swept',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'OBJ-07',
    right: 'requests are signed when they are sent',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'OBJ-09',
    right: 'a last copy goes only when another has been read back',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'OBJ-11',
    right: 'manifests are merged, not overwritten',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'OBJ-12',
    right: 'refused is not absent',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'OBJ-13',
    right: 'damaged or foreign content is told as such',
    tests: {},
    notYet: 'object stores',
  },
  {
    id: 'MNT-01',
    right: 'what is not uploaded is not evicted',
    tests: {},
    notYet: 'mounts',
  },
  {
    id: 'MNT-02',
    right: 'what was synced through a mount outlasts a kill',
    tests: {},
    notYet: 'mounts',
  },
  {
    id: 'MNT-04',
    right: 'collecting looks again after every pause',
    tests: {},
    notYet: 'mounts',
  },
  {
    id: 'MNT-05',
    right: 'who lost a lock destroys nothing',
    tests: {},
    notYet: 'mounts',
  },
  {
    id: 'MNT-06',
    right: 'whatever is in use is a root',
    tests: {},
    notYet: 'mounts',
  },
  {
    id: 'MNT-08',
    right: 'a full cache tells the writer',
    tests: {},
    notYet: 'mounts',
  },
  {
    id: 'MNT-10',
    right: 'a mount is not synchronised into itself',
    tests: {},
    notYet: 'mounts',
  },
];
