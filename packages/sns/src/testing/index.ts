export { MemoryTopicStore } from './memory-topic-store.ts';
