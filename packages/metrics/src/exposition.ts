// The text exposition format, version 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/

/** Content type of `Registry.text()`. */
export const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function headerLines(name: string, kind: string, help: string): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${kind}\n`;
}

export function sampleLine(
  name: string,
  labelNames: readonly string[],
  labelValues: readonly string[],
  value: number,
): string {
  const pairs = labelNames.map((label, i) => `${label}="${escapeLabelValue(labelValues[i] ?? '')}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${formatNumber(value)}\n`;
}

export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

function escapeLabelValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
