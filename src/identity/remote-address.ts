import { BlockList, isIP } from 'node:net';
import { LockstepError } from '../core/model/error';

/** How many of the eight parts of an address of IPv6 name a network; who has one of its addresses has all of them. */
const NETWORK_PARTS = 4;

/** An address of IPv4 as a listener for both kinds shows it. */
const MAPPED = /^::ffff:(\d+(?:\.\d+){3})$/iu;

/** An address of IPv4 as such, however a listener shows it. */
function plainOf(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}

/** What belongs to whoever has an address: the address itself, of IPv6 the network of 64 bits that it is in. */
export function networkOf(address: string): string {
  const plain = plainOf(address);
  if (isIP(plain) !== 6) return plain;
  const [head = [], tail = []] = plain.split('::').map((half) => half.split(':').filter((part) => part !== ''));
  const zeros = plain.includes('::') ? Array<string>(8 - head.length - tail.length).fill('0') : [];
  return `${[...head, ...zeros, ...tail].slice(0, NETWORK_PARTS).join(':')}::/64`;
}

/** Addresses behind each of which there are many clients: proxies, routers, translators of addresses. */
export class Proxies {
  readonly #known = new BlockList();

  /**
   * @param ranges addresses, or networks such as `10.1.0.0/16`
   * @throws LockstepError INVALID_INPUT for a text that is neither
   */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) this.#add(range);
  }

  has(address: string): boolean {
    const plain = plainOf(address);
    return this.#known.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  }

  #add(range: string): void {
    const [, address = '', prefix = ''] = /^([^/]*)(?:\/(\d{1,3}))?$/u.exec(range) ?? [];
    const family = isIP(address);
    const mostBits = family === 6 ? 128 : 32;
    if (family === 0 || Number(prefix) > mostBits)
      throw new LockstepError('INVALID_INPUT', `not an address, nor a network such as 10.1.0.0/16: ${range}`, {
        field: 'proxy',
      });
    this.#known.addSubnet(address, prefix === '' ? mostBits : Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** Those that are known unless somebody says otherwise: on this machine. */
export const LOCAL_PROXIES = new Proxies(['127.0.0.0/8', '::1']);
