import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createBodyBudget } from '../../../src/http/body/budget.ts';

const withHeaders = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
const response = () => new EventEmitter() as unknown as ServerResponse;
const ofLength = (bytes: number) => withHeaders({ 'content-length': String(bytes) });
const endless = withHeaders({ 'transfer-encoding': 'chunked' });

describe('the room for bodies', () => {
  it('counts a body by its length, and one without by the largest that may come', () => {
    const budget = createBodyBudget(100, 60);
    budget(ofLength(40), response());
    budget(endless, response());
    expect(() => budget(ofLength(1), response())).toThrow('Too many uploads');
  });

  it('counts all of a body that is allowed to be large', () => {
    const budget = createBodyBudget(100_000_000, 60_000_000);
    budget(ofLength(60_000_000), response());
    expect(() => budget(ofLength(60_000_000), response())).toThrow('Too many uploads');
  });

  it('is given back when the answer is out', () => {
    const budget = createBodyBudget(100, 60);
    const first = response();
    budget(ofLength(60), first);
    expect(() => budget(ofLength(60), response())).toThrow('Too many uploads');
    first.emit('close');
    budget(ofLength(60), response());
  });
});
