export {
  aliasTargets,
  checkNesting,
  firstDocument,
  NestingError,
  UnknownAnchorError,
} from './first-document.ts';
