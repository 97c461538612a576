import { describe, expect, it } from '@jest/globals';
import { LOCAL_PROXIES, Proxies, networkOf } from '../../src/identity/remote-address';

describe('remote addresses', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('%s belongs to whoever has %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::ffff:127.0.0.1', true],
    ['::1', true],
    ['128.0.0.1', false],
    ['::2', false],
    ['', false],
  ])('%s is a proxy if nobody says which are: %s', (address, isProxy) => {
    expect(LOCAL_PROXIES.has(address)).toBe(isProxy);
  });

  it.each([
    ['10.1.2.3', ['10.1.0.0/16'], true],
    ['10.2.2.3', ['10.1.0.0/16', '192.0.2.7'], false],
    ['::ffff:192.0.2.7', ['192.0.2.7'], true],
    ['192.0.2.8', ['192.0.2.7'], false],
    ['2001:db8::7', ['2001:db8::/32'], true],
    ['2001:db9::7', ['2001:db8::/32'], false],
    ['192.0.2.8', ['0.0.0.0/0'], true],
  ])('%s is one of %j: %s', (address, ranges, isProxy) => {
    expect(new Proxies(ranges).has(address)).toBe(isProxy);
  });

  it.each([
    [''],
    ['proxy.example'],
    ['10.0.0.0/33'],
    ['::1/129'],
    ['10.0.0.0/'],
    ['10.0.0/8'],
    ['10.0.0.0/8/8'],
    ['*'],
  ])('a range %j is refused', (range) => {
    expect(() => new Proxies([range])).toThrow(`not an address, nor a network such as 10.1.0.0/16: ${range}`);
  });
});
