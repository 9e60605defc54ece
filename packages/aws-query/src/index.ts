export {
  escapeXml,
  type QueryAnswer,
  queryAnswer,
  queryError,
  type XmlObject,
  type XmlValue,
} from './answer.ts';
export { QueryFormError, QueryParameters } from './parameters.ts';
