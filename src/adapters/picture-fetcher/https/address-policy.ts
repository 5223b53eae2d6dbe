import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Whether a box may be made to ask at an address. */
export type AddressPolicy = (address: string) => boolean;

/** This box, its link, its hosting's metadata, everybody at once, and what is set aside for something else. */
const neverV4 = blocks('ipv4', [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  // Metadata of two clouds, one among private addresses and one among public ones.
  '100.100.100.200/32',
  '168.63.129.16/32',
]);
const privateV4 = blocks('ipv4', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']);

/** All that is routed. What lies outside (mapped IPv4, NAT64, link-local, multicast …) is not asked. */
const routedV6 = blocks('ipv6', ['2000::/3']);
/** Of it: protocols' own, Teredo and 6to4, which hold an IPv4 address, and examples. */
const neverV6 = blocks('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);
const privateV6 = blocks('ipv6', ['fc00::/7']);
const metadataV6 = blocks('ipv6', ['fd00:ec2::/32', 'fd20:ce::/32']);

export type AddressPolicyOptions = {
  readonly allowPrivate: boolean;
  /** Asked each time, for addresses come and go; those of the box's interfaces when absent. */
  readonly ownAddresses?: () => readonly string[];
};

/**
 * Private addresses, of a network of one's own, only where the operator allows them; the box itself never. Neighbours
 * with global IPv6 addresses are public: nothing in these tells whose network they are of.
 */
export function addressPolicy({
  allowPrivate,
  ownAddresses = interfaceAddresses,
}: AddressPolicyOptions): AddressPolicy {
  return (address) => {
    if (isOneOf(ownAddresses(), address)) return false;
    if (isIPv4(address)) {
      return !neverV4.check(address, 'ipv4') && (allowPrivate || !privateV4.check(address, 'ipv4'));
    }
    // With a zone it is one of a link.
    if (!isIPv6(address) || address.includes('%') || metadataV6.check(address, 'ipv6')) return false;
    if (privateV6.check(address, 'ipv6')) return allowPrivate;
    return routedV6.check(address, 'ipv6') && !neverV6.check(address, 'ipv6');
  };
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);
}

/** However they are written. */
function isOneOf(own: readonly string[], address: string): boolean {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  for (const each of own) {
    const [bare = ''] = each.split('%');
    if (isIPv4(bare) === (family === 'ipv4')) list.addAddress(bare, family);
  }
  return list.check(address, family);
}

function blocks(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', prefix] = range.split('/');
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}
