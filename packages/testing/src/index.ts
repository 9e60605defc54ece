export { type MailServerForTests, type ReceivedMail, startMailServer } from './mail-server.ts';
export {
  type Finished,
  freePort,
  type RunningProcess,
  run,
  start,
  temporaryFolder,
  until,
} from './processes.ts';
export { RealAlertmanager } from './real-alertmanager.ts';
export { describeWith, type Need, type Paths } from './real-programs.ts';
export { type ApiAnswer, type PrometheusOptions, RealPrometheus } from './real-prometheus.ts';
export { type TokenFaults, TokenMint } from './token-mint.ts';
