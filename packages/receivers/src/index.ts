export { EMAIL_TEMPLATES } from './email-templates.ts';
export {
  checkReceivers,
  createNotifier,
  type Notifier,
  type NotifierOptions,
  type Publish,
} from './notifier.ts';
export type { Sent } from './sender.ts';
