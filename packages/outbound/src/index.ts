export { AddressPolicy, type AddressPolicyOptions } from './address-policy.ts';
export { OutboundError } from './errors.ts';
export { type MailMessage, type MailServer, sendMail } from './mail.ts';
export {
  type HttpAnswer,
  type HttpTls,
  Outbound,
  type OutboundOptions,
  type OutboundRequest,
} from './outbound.ts';
