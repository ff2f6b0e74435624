import { refusal } from './refusal.js';

/** One entry, as its header block says; the name is not judged. */
export interface TarHeader {
  /** Prefix and name, joined. */
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** In bytes; 0 for a folder. */
  readonly size: number;
  readonly executable: boolean;
}

export const blockSize = 512;

/** Offset and length of the fields that are read: POSIX.1-1988 ustar. Owner, time and device never are. */
const field = {
  name: [0, 100],
  mode: [100, 8],
  size: [124, 12],
  checksum: [148, 8],
  link: [157, 100],
  magic: [257, 8],
  prefix: [345, 155],
  reserved: [500, 12],
} as const;
const typeOffset = 156;

const magic = 'ustar\x0000';

/** What archives may not hold, by the type letter of ustar, pax and GNU tar. */
const refusedTypes: Readonly<Record<string, string>> = {
  '1': 'is a hard link',
  '2': 'is a symbolic link',
  '3': 'is a character device',
  '4': 'is a block device',
  '6': 'is a FIFO',
  '7': 'is a contiguous file',
  x: 'is a pax header',
  X: 'is a pax header',
  g: 'is a global pax header',
  L: 'is a GNU long name',
  K: 'is a GNU long link',
  S: 'is a sparse file',
};

/**
 * Reads one header block of 512 bytes.
 *
 * Accepted is what POSIX.1-1988 calls ustar, as `tar --format=ustar` and `packFiles` write it: magic `ustar`, NUL,
 * `00`; type `0` or NUL for a file and `5` for a folder; numbers as octal digits that a space or NUL ends; names in
 * UTF-8, with only NUL after the first NUL. Of the mode only the executable bits count; setuid and the like are lost.
 *
 * @throws ARCHIVE_UNSAFE for everything else, whatever other programs would make of it: extensions of pax, GNU and
 * star, base-256 numbers, links, devices, a folder with content, bytes hidden behind a name, a wrong checksum.
 */
export function parseTarHeader(block: Uint8Array): TarHeader {
  const header = Buffer.from(block.buffer, block.byteOffset, blockSize);
  if (octal(header, 'checksum') !== checksum(header)) throw refusal('has a header with a wrong checksum');
  if (bytes(header, 'magic').toString('latin1') !== magic)
    throw refusal('is not in the ustar format, as `tar --format=ustar` writes it');

  const prefix = text(header, 'prefix');
  const ownName = text(header, 'name');
  const name = prefix === '' ? ownName : `${prefix}/${ownName}`;
  const kind = entryKind(header, name);
  if (text(header, 'link') !== '') throw refusal('has the target of a link', name);
  if (!isZero(bytes(header, 'reserved'))) throw refusal('has bytes behind the end of its header', name);

  const size = octal(header, 'size', name);
  if (kind === 'folder' && size !== 0) throw refusal('is a folder with content', name);
  return { name, kind, size, executable: (octal(header, 'mode', name) & 0o111) !== 0 };
}

export function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

function entryKind(header: Buffer, name: string): TarHeader['kind'] {
  const type = String.fromCharCode(header[typeOffset] ?? 0);
  if (type === '0' || type === '\0') return 'file';
  if (type === '5') return 'folder';
  throw refusal(refusedTypes[type] ?? `has the unknown type ${JSON.stringify(type)}`, name);
}

function bytes(header: Buffer, name: keyof typeof field): Buffer {
  const [offset, length] = field[name];
  return header.subarray(offset, offset + length);
}

function text(header: Buffer, name: keyof typeof field): string {
  const all = bytes(header, name);
  const end = all.indexOf(0);
  const used = end === -1 ? all : all.subarray(0, end);
  const lossy = used.toString('utf8');
  if (!isZero(all.subarray(used.length))) throw refusal('has bytes behind the end of its name', lossy);
  if (!Buffer.from(lossy).equals(used)) throw refusal('has a name that is not UTF-8', lossy);
  return lossy;
}

function octal(header: Buffer, name: 'mode' | 'size' | 'checksum', entry?: string): number {
  const digits = /^([0-7]+)[ \0]+$/.exec(bytes(header, name).toString('latin1'))?.[1];
  if (digits === undefined) throw refusal(`has a ${name} that is not an octal number`, entry);
  return Number.parseInt(digits, 8);
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (const byte of header) sum += byte;
  for (const byte of bytes(header, 'checksum')) sum += 0x20 - byte;
  return sum;
}
