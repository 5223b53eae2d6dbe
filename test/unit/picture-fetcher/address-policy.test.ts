import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { addressPolicy } from '../../../src/adapters/picture-fetcher/https/address-policy.ts';

const open = [
  '1.1.1.1',
  '93.184.215.14',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81c::200e',
  '192.0.1.1',
  '172.32.0.1',
];
const own = [
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  'fc00::1',
  'fd12:3456::1',
];
const never = [
  ...['0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.254', '169.254.169.254', '169.254.0.1', '192.0.0.192'],
  ...[
    '192.0.2.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...['100.100.100.200', '168.63.129.16', '192.88.99.1'],
  ...[
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fec0::1',
    'ff02::1',
    'fd00:ec2::254',
    'fd20:ce::254',
  ],
  // IPv4 in other dresses: mapped, compatible, NAT64 (both), 6to4, Teredo.
  ...[
    '::ffff:127.0.0.1',
    '::ffff:1.1.1.1',
    '::ffff:a00:1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::101:101',
  ],
  ...['64:ff9b:1::1', '2002:7f00:1::', '2001:0:7f00:1::1', '2001:db8::1', '100::1', '3fff::1', '5f00::1'],
  ...['', 'localhost', '127.1', '2130706433', '::1%1', 'not an address'],
];

describe('an address', () => {
  it.each(open)('that is public is asked: %s', (address) => {
    expect(addressPolicy({ allowPrivate: false })(address)).toBe(true);
    expect(addressPolicy({ allowPrivate: true })(address)).toBe(true);
  });

  it.each(own)('that is private is asked where that is allowed: %s', (address) => {
    expect(addressPolicy({ allowPrivate: false })(address)).toBe(false);
    expect(addressPolicy({ allowPrivate: true })(address)).toBe(true);
  });

  it.each([
    ['192.168.1.10', '192.168.1.10'],
    ['93.184.215.14', '93.184.215.14'],
    ['2a00:1450:4001:81c::200e', '2A00:1450:4001:81c:0:0:0:200e'],
    ['fd12:3456::1', 'fd12:3456:0::1'],
  ])('that is one of the box is never asked: %s', (own, asked) => {
    let ownAddresses = ['127.0.0.1', '::1', 'fe80::1%eth0', own];
    const mayAsk = addressPolicy({ allowPrivate: true, ownAddresses: () => ownAddresses });
    expect(mayAsk(asked)).toBe(false);
    ownAddresses = ['127.0.0.1'];
    expect(mayAsk(asked)).toBe(true);
  });

  it('of an interface of this box is never asked', () => {
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    expect(own.length).toBeGreaterThan(0);
    for (const { address } of own) expect(addressPolicy({ allowPrivate: true })(address)).toBe(false);
  });

  it.each(never)('of the box, its link, its hosting or nobody is never asked: %j', (address) => {
    expect(addressPolicy({ allowPrivate: false })(address)).toBe(false);
    expect(addressPolicy({ allowPrivate: true })(address)).toBe(false);
  });
});
