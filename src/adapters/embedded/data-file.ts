import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { LockstepError } from '../../core/model/error';

/**
 * LMDB maps its file into memory and trusts it: a truncated or overwritten one ends the process with a signal. So, before
 * it is opened, the pages that can be reached are read here with ordinary reads and their structure is checked. Values
 * have checksums of their own (record-codec.ts).
 *
 * The layout is that of LMDB's data version 2 on little-endian 64-bit machines: a page begins with its number, the
 * transaction that wrote it (8 bytes each), two bytes unused, two of flags, and either the bounds of its free space (two
 * bytes each) or, on the first of several overflow pages, their number (4). Bounds and places count from the header's end.
 */
const HEADER_BYTES = 24;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;

const PAGE_FLAGS = 0x6f;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;

const NODE_HEADER_BYTES = 8;
const BIG_DATA = 0x01;
const SUB_TREE = 0x02;
const TREE_BYTES = 48;
const TREE_ROOT_AT = 40;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;

/** A page deeper than this is in a circle. */
const MAX_DEPTH = 32;

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: bigint;
  readonly freeRoot: bigint;
  readonly mainRoot: bigint;
}

/**
 * Check a data file, if it is there. One that is empty was left by a process that ended while making it.
 * @throws LockstepError STORE_DAMAGED, saying where
 */
export function checkDataFile(path: string): void {
  if (!existsSync(path)) return;
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size > 0) new DataFile(path, fd, size).check();
  } finally {
    closeSync(fd);
  }
}

class DataFile {
  readonly #seen = new Set<number>();
  #meta: Meta = { pageBytes: 0, lastPage: 0, transaction: 0n, freeRoot: NO_ROOT, mainRoot: NO_ROOT };

  constructor(
    private readonly path: string,
    private readonly fd: number,
    private readonly size: number,
  ) {}

  check(): void {
    const first = this.#readMeta(0);
    const second = this.#readMeta(first.pageBytes);
    if (second.pageBytes !== first.pageBytes) this.#fail('its two heads differ');
    this.#meta = second.transaction > first.transaction ? second : first;
    this.#checkTree(this.#meta.freeRoot, 0);
    this.#checkTree(this.#meta.mainRoot, 0);
  }

  #readMeta(at: number): Meta {
    const page = this.#read(at, HEADER_BYTES + 136);
    const meta = page.subarray(HEADER_BYTES);
    if (meta.readUInt32LE(0) !== MAGIC || (meta.readUInt32LE(4) & 0xffff) !== DATA_VERSION) {
      this.#fail(`it has no head at byte ${at}`);
    }
    const pageBytes = meta.readUInt32LE(24);
    if (pageBytes < 512 || pageBytes > 65_536) this.#fail(`its page size is ${pageBytes}`);
    return {
      pageBytes,
      freeRoot: meta.readBigUInt64LE(24 + TREE_ROOT_AT),
      mainRoot: meta.readBigUInt64LE(24 + TREE_BYTES + TREE_ROOT_AT),
      lastPage: Number(meta.readBigUInt64LE(24 + 2 * TREE_BYTES)),
      transaction: meta.readBigUInt64LE(24 + 2 * TREE_BYTES + 8),
    };
  }

  #checkTree(root: bigint, depth: number): void {
    if (root !== NO_ROOT) this.#checkPage(Number(root), depth);
  }

  #checkPage(number: number, depth: number): void {
    if (depth > MAX_DEPTH || this.#seen.has(number)) this.#fail(`page ${number} is reached twice`);
    this.#seen.add(number);
    const page = this.#readPage(number, this.#meta.pageBytes);
    const flags = page.readUInt16LE(18) & PAGE_FLAGS;
    if (flags !== BRANCH && flags !== LEAF) this.#fail(`page ${number} is of no known kind`);
    const lower = page.readUInt16LE(20);
    const upper = page.readUInt16LE(22);
    if (lower % 2 !== 0 || lower > upper || HEADER_BYTES + upper > page.length) {
      this.#fail(`page ${number} has no sound bounds`);
    }
    for (let pointer = 0; pointer < lower; pointer += 2) {
      const node = HEADER_BYTES + page.readUInt16LE(HEADER_BYTES + pointer);
      const isInside = node >= HEADER_BYTES + upper && node + NODE_HEADER_BYTES <= page.length;
      if (!isInside) this.#fail(`page ${number} points out of itself`);
      if (flags === BRANCH) this.#checkPage(readChild(page, node), depth + 1);
      else this.#checkLeafNode(page, node, number, depth);
    }
  }

  #checkLeafNode(page: Buffer, node: number, number: number, depth: number): void {
    const dataBytes = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const dataAt = node + NODE_HEADER_BYTES + page.readUInt16LE(node + 6);
    const inside = (flags & BIG_DATA) !== 0 ? 8 : dataBytes;
    if (dataAt + inside > page.length) this.#fail(`page ${number} holds a record that is longer than it`);
    if ((flags & BIG_DATA) !== 0) this.#checkOverflow(Number(page.readBigUInt64LE(dataAt)), dataBytes);
    else if ((flags & SUB_TREE) !== 0) {
      if (dataBytes !== TREE_BYTES) this.#fail(`page ${number} holds a table without a head`);
      this.#checkTree(page.readBigUInt64LE(dataAt + TREE_ROOT_AT), depth + 1);
    }
  }

  #checkOverflow(number: number, dataBytes: number): void {
    const page = this.#readPage(number, HEADER_BYTES);
    const pages = page.readUInt32LE(20);
    const needed = Math.ceil((HEADER_BYTES + dataBytes) / this.#meta.pageBytes);
    const isSound = (page.readUInt16LE(18) & PAGE_FLAGS) === OVERFLOW && pages >= needed;
    if (!isSound || this.size < (number + needed) * this.#meta.pageBytes) {
      this.#fail(`the ${dataBytes} bytes at page ${number} are not there`);
    }
  }

  #readPage(number: number, bytes: number): Buffer {
    if (number < 2 || number > this.#meta.lastPage) this.#fail(`page ${number} is not in it`);
    const page = this.#read(number * this.#meta.pageBytes, bytes);
    if (page.readBigUInt64LE(0) !== BigInt(number)) this.#fail(`page ${number} has another page's number`);
    if (page.readBigUInt64LE(8) > this.#meta.transaction) this.#fail(`page ${number} is newer than its head`);
    return page;
  }

  #read(at: number, bytes: number): Buffer {
    const buffer = Buffer.allocUnsafe(bytes);
    if (at + bytes > this.size || readSync(this.fd, buffer, 0, bytes, at) < bytes) {
      this.#fail(`it ends at byte ${this.size}, before its contents`);
    }
    return buffer;
  }

  #fail(why: string): never {
    throw new LockstepError('STORE_DAMAGED', `${this.path} is damaged: ${why}`, { path: this.path });
  }
}

/** A branch's node keeps the child's number where a leaf's has the length and the flags. */
function readChild(page: Buffer, node: number): number {
  return page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32;
}
