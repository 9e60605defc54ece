export { EMAIL_TEMPLATES } from './email-templates.ts';
export { checkReceivers, createNotifier, type NotifierOptions, type Publish } from './notifier.ts';
