import type { Registry } from '@ampere/metrics';
import type { Clock } from '@ampere/platform';

/** Registers what the process itself uses, under the names that every Prometheus dashboard knows. */
export function registerProcessMetrics(metrics: Registry, clock: Clock): void {
  const startSeconds = clock.nowMs() / 1000;
  metrics.gaugeCallback('process_start_time_seconds', 'Start of the process since 1970.', [], (report) =>
    report(startSeconds),
  );
  metrics.gaugeCallback('process_resident_memory_bytes', 'Resident memory.', [], (report) =>
    report(process.memoryUsage.rss()),
  );
  metrics.counterCallback('process_cpu_seconds_total', 'CPU time of all threads.', [], (report) => {
    const { user, system } = process.cpuUsage();
    report((user + system) / 1e6);
  });
  metrics.gaugeCallback('nodejs_heap_size_used_bytes', 'JavaScript heap of the main thread.', [], (report) =>
    report(process.memoryUsage().heapUsed),
  );
}
