import { expect, it } from 'vitest';
import { createAttemptLimit } from '../../../src/services/attempt-limit.ts';

const policy = { burst: 1, perMinute: 1, maxClients: 10 };

it.each([
  ['an address and itself', '192.0.2.1', '192.0.2.1', true],
  ['two addresses', '192.0.2.1', '192.0.2.2', false],
  ['an address and its dress of IPv6', '192.0.2.1', '::ffff:192.0.2.1', true],
  ['two addresses in that dress', '::ffff:192.0.2.1', '::FFFF:192.0.2.2', false],
  ['two addresses of a network of IPv6', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['two spellings of one address', '2001:db8::1', '2001:0DB8:0:0:0:0:0:1', true],
  ['two networks of IPv6', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['the box in IPv6 and another address', '::1', '2001:db8::1', false],
  ['a link’s addresses on two cards', 'fe80::1%eth0', 'fe80::2%eth1', true],
])('wrong attempts of %s', (_who, one, other, together) => {
  const limit = createAttemptLimit(policy, () => 0);
  limit.countWrong(one);
  expect(limit.exhausted(one)).toBe(true);
  expect(limit.exhausted(other)).toBe(together);
});
