// The container files, checked without a container engine: they parse, and every path, port and
// environment variable in them is one that the project has.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../tidy/files.ts';

interface Service {
  readonly build?: string;
  readonly image?: string;
  readonly environment?: Record<string, string>;
  readonly ports?: string[];
  readonly volumes?: string[];
  readonly depends_on?: Record<string, unknown>;
  readonly command?: string[];
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const dockerfile = read('Dockerfile');
const setup = read('deploy/setup.sh');
const services = Object.entries(compose.services);

/** Variables that the server reads, from the source that reads them. */
const known = new Set(
  [...read('services/ampere/src/configuration/configuration.ts').matchAll(/'(AMPERE_[A-Z_]+)'/g)].map(
    (match) => match[1]!,
  ),
);

test.each(services)('%s is made from an image with a version or from here', (_, service) => {
  if (service.image === undefined) expect(service.build).toBe('.');
  else expect(service.image).toMatch(/^[a-z-]+\/[a-z-]+:v?\d+\.\d+/);
});

test.each(services)('%s mounts what exists', (_, service) => {
  for (const mount of service.volumes ?? []) {
    const source = mount.split(':')[0]!;
    if (source.startsWith('.')) expect(existsSync(join(ROOT, source)), mount).toBe(true);
    else expect(Object.keys(compose.volumes), mount).toContain(source);
  }
});

test.each(services)('%s waits for services that there are', (_, service) => {
  for (const other of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(other);
});

test('the server is given only variables that it reads', () => {
  expect(known.size).toBeGreaterThan(5);
  for (const name of Object.keys(compose.services['ampere']!.environment!))
    expect([...known]).toContain(name);
  for (const match of dockerfile.matchAll(/(AMPERE_[A-Z_]+)=/g)) expect([...known]).toContain(match[1]);
});

test('the setup script is given every variable that it uses', () => {
  const given = Object.keys(compose.services['setup']!.environment!);
  const own = new Set(['workspace', 'name', 'escape']);
  for (const match of setup.matchAll(/\$([A-Za-z_]+)/g)) {
    if (!own.has(match[1]!)) expect(given).toContain(match[1]);
  }
});

test('published ports are those that are listened on, on the loopback address', () => {
  for (const [name, service] of services) {
    for (const port of service.ports ?? []) {
      const [host, , inside] = port.split(':');
      expect(host).toBe('127.0.0.1');
      if (name === 'ampere') expect(service.environment!['AMPERE_LISTEN']).toBe(`0.0.0.0:${inside}`);
    }
  }
  expect(dockerfile).toContain('EXPOSE 9009');
});

test('Prometheus scrapes the listener that the server has', () => {
  const prometheus = parse(read('deploy/prometheus.template.yml')) as {
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  const targets = prometheus.scrape_configs.flatMap((job) =>
    job.static_configs.flatMap((one) => one.targets),
  );
  const listens = compose.services['ampere']!.environment!['AMPERE_METRICS_LISTEN']!;
  expect(targets).toContain(`ampere:${listens.split(':')[1]}`);
});

test('the templates hold no placeholder that the script leaves', () => {
  for (const name of ['prometheus', 'datasource']) {
    for (const match of read(`deploy/${name}.template.yml`).matchAll(/@([A-Z_]+)@/g))
      expect(setup).toContain(`s|@${match[1]}@|`);
  }
});

test('what the image copies and runs is what the build makes', () => {
  const build = read('scripts/build.mjs');
  expect(dockerfile).toContain('/src/dist');
  expect(build).toContain("ampere: 'services/ampere/src/main.ts'");
  expect(existsSync(join(ROOT, 'services/ampere/src/main.ts'))).toBe(true);
});

test('the dashboard asks the provisioned data source', () => {
  const dashboard = JSON.parse(read('deploy/grafana/dashboards/overview.json')) as {
    panels: { datasource: { uid: string } }[];
  };
  const { datasources } = parse(read('deploy/datasource.template.yml')) as { datasources: { uid: string }[] };
  for (const panel of dashboard.panels) expect(panel.datasource.uid).toBe(datasources[0]!.uid);
});
