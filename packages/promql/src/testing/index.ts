export { meantDifference } from './meant-difference.ts';
export { AFTER_3_5, generateQuery, mutateQuery, VOCABULARY, type Vocabulary } from './query-generator.ts';
