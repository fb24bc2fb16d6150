/** Tells systemd how the service stands: one datagram to the socket it named. Node has no such sockets, so libc is asked. */

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 0x80002;
const MSG_NOSIGNAL = 0x4000;
const MAX_PATH_BYTES = 107;

/** What is told: ready to serve, or about to end. */
export type ServiceState = 'READY=1' | 'STOPPING=1';

/**
 * Sends `state` to the socket that NOTIFY_SOCKET in `env` names, a path or `@` and an abstract name. False if none is
 * named. Rejects, with a text for the log, if one is named and could not be told.
 */
export async function notifySystemd(
  state: ServiceState,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const target = env['NOTIFY_SOCKET'];
  if (target === undefined || target === '' || process.platform !== 'linux') return false;
  const address = unixAddress(target);
  const { socket, sendto, close } = await loadLibc();
  const fd = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
  if (fd < 0) throw new Error('no datagram socket could be made');
  try {
    const text = Buffer.from(state);
    const sent = sendto(fd, text, text.length, MSG_NOSIGNAL, address, address.length);
    if (sent !== text.length) throw new Error(`nobody listens at NOTIFY_SOCKET ${target}`);
  } finally {
    close(fd);
  }
  return true;
}

/** The family and the path of a sockaddr_un; an abstract name begins with a zero byte in place of its `@`. */
function unixAddress(target: string): Buffer {
  const isAbstract = target.startsWith('@');
  const name = Buffer.from(isAbstract ? target.slice(1) : target);
  if (name.length > MAX_PATH_BYTES - 1 || !/^[@/]/.test(target)) {
    throw new Error(`NOTIFY_SOCKET ${target} is not the address of a socket`);
  }
  const family = Buffer.alloc(2);
  new Uint16Array(family.buffer, family.byteOffset, 1)[0] = AF_UNIX;
  const zero = Buffer.alloc(1);
  return Buffer.concat(isAbstract ? [family, zero, name] : [family, name, zero]);
}

async function loadLibc(): Promise<
  Record<'socket' | 'sendto' | 'close', (...facts: unknown[]) => number>
> {
  const { default: koffi } = await import('koffi');
  const libc = koffi.load('libc.so.6');
  return {
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    sendto: libc.func(
      'int64_t sendto(int fd, void *bytes, size_t size, int flags, void *to, uint32_t toSize)',
    ),
    close: libc.func('int close(int fd)'),
  };
}
