// The kernels of the head. They work in the memory they are given and keep nothing of their own.

export { activeCount, isActive, touch } from './active';
export { allocate, capacityOf, free } from './allocator';
export { appendRows, publishRows } from './append';
export { tagOf } from './bytes';
export { crc32c } from './crc32c';
export { appendOne, logOne, sealOpen, setOpen } from './one-sample';
export { dropChunks, takeOutEmpty } from './forget';
export { addAlias, findKey } from './keys';
export { reclaim, releaseBlock } from './limbo';
export { logSeries } from './log';
export { endReplay, noteNumber, replaySamples, replaySeries, seriesOf } from './replay';
export { findOrMakeSeries, makeSeries } from './series';
