import { encodeSnappy, encodeWriteRequest, ScratchMemory } from '@ampere/remote-write';
import { expect, test } from 'vitest';
import type { TenantStorage } from '../tenants/storage.ts';
import { Decoders } from './decoders.ts';

const body = encodeSnappy(
  encodeWriteRequest({
    timeseries: [{ labels: [['__name__', 'm']], samples: [{ timestampMs: 1, value: 2 }] }],
  }),
);

/** A memory that counts what is allocated in it. */
class CountingMemory extends ScratchMemory {
  bytesHeld = 0;

  override allocate(bytes: number): number {
    this.bytesHeld += bytes;
    return super.allocate(bytes);
  }

  override free(address: number, bytes: number): void {
    this.bytesHeld -= bytes;
    super.free(address, bytes);
  }
}

function storage(linearMemory?: ScratchMemory): Pick<TenantStorage, 'linearMemory'> {
  return linearMemory === undefined ? {} : { linearMemory };
}

test('a request is decoded in the memory of the storage', () => {
  const decoders = new Decoders();
  const memory = new CountingMemory();
  const own = storage(memory);
  const { columns } = decoders.of(own).decode(body, 1, 1000);
  expect(columns.sampleCount).toBe(1);
  for (const column of [columns.bytes, columns.labelsFrom, columns.timesMs, columns.valueWords]) {
    expect(column.buffer).toBe(memory.memory.buffer);
  }
  expect(decoders.of(own)).toBe(decoders.of(own));
});

test('storages without a memory share one', () => {
  const decoders = new Decoders();
  expect(decoders.of(storage())).toBe(decoders.of(storage()));
  expect(decoders.of(storage())).not.toBe(decoders.of(storage(new ScratchMemory())));
});

test('memory is given back by those that were not used for a while, and taken again', () => {
  const decoders = new Decoders();
  const [busy, idle] = [new CountingMemory(), new CountingMemory()];
  const [ofBusy, ofIdle] = [storage(busy), storage(idle)];
  decoders.of(ofBusy).decode(body, 1, 1000);
  decoders.of(ofIdle).decode(body, 1, 1000);
  decoders.releaseIdle();
  expect(idle.bytesHeld).toBeGreaterThan(0);
  decoders.of(ofBusy).decode(body, 1, 1000);
  decoders.releaseIdle();
  expect(idle.bytesHeld).toBe(0);
  expect(busy.bytesHeld).toBeGreaterThan(0);
  expect(decoders.of(ofIdle).decode(body, 1, 1000).columns.sampleCount).toBe(1);
});
