import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { gatewise } from '../cli/here.js';

// There is no cluster and no Docker here: what can be seen without is that the texts are well-formed, that their parts fit one another, and
// that they say nothing to the program that it does not know.

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Options that `gatewise serve` has. */
async function options(): Promise<Set<string>> {
  const { code, out } = await gatewise(['serve', '--help']);
  expect(code).toBe(0);
  return new Set([...out.matchAll(/(?<=\s)--[\w-]+/g)].map(([option]) => option));
}

// biome-ignore lint/suspicious/noExplicitAny: of any kind, as manifests are
type Manifest = any;

describe('kubernetes.yaml', () => {
  const documents = parseAllDocuments(read('examples/server/kubernetes.yaml'), { strict: true, uniqueKeys: true });
  const manifests: Manifest[] = documents.map((document) => document.toJS());
  const one = (kind: string, name: string): Manifest => {
    const found = manifests.filter((each) => each.kind === kind && each.metadata.name === name);
    expect(found, `${kind} ${name}`).toHaveLength(1);
    return found[0];
  };
  const pods = manifests.flatMap(({ spec, kind }) =>
    /^(?:Deployment|StatefulSet)$/.test(kind) ? [spec.template] : [],
  );
  const podsWith = (labels: Record<string, string>) =>
    pods.filter(({ metadata }) => Object.entries(labels).every(([label, value]) => metadata.labels[label] === value));
  const deployment = one('Deployment', 'models');
  const [container] = deployment.spec.template.spec.containers;

  it('is well-formed YAML of known kinds', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    const kinds = manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
    expect(kinds.sort()).toEqual([
      'apps/v1 Deployment',
      'apps/v1 StatefulSet',
      'networking.k8s.io/v1 NetworkPolicy',
      'policy/v1 PodDisruptionBudget',
      'v1 Service',
      'v1 Service',
    ]);
  });

  it('selects what is there', () => {
    expect(deployment.spec.replicas).toBe(2);
    for (const { kind, spec } of manifests) {
      const selector =
        { Service: spec.selector, NetworkPolicy: spec.podSelector?.matchLabels }[kind as string] ??
        spec.selector.matchLabels;
      expect(podsWith(selector), kind).toHaveLength(1);
      const ports = {
        Service: spec.ports?.map(({ targetPort }: Manifest) => targetPort),
        NetworkPolicy: spec.ingress?.[0].ports.map(({ port }: Manifest) => port),
      }[kind as string];
      const names = podsWith(selector)[0].spec.containers[0].ports.map(({ name }: Manifest) => name);
      for (const port of ports ?? []) expect(names).toContain(port);
    }
    const [rule] = one('NetworkPolicy', 'valkey').spec.ingress;
    expect(podsWith(rule.from[0].podSelector.matchLabels)).toEqual([deployment.spec.template]);
  });

  it('keeps sequences where the replicas look for them', () => {
    const [{ name, value }] = container.env;
    expect(name).toBe('GATEWISE_STORE');
    const { protocol, hostname, port } = new URL(value);
    expect(protocol).toBe('redis:');
    expect(one('Service', hostname).spec.ports[0].port).toBe(Number(port));
    const { volumeClaimTemplates, template } = one('StatefulSet', 'valkey').spec;
    expect(template.spec.containers[0].volumeMounts[0].name).toBe(volumeClaimTemplates[0].metadata.name);
  });

  it('gives a replica the time that it needs to end', () => {
    const { terminationGracePeriodSeconds } = deployment.spec.template.spec;
    const [, pause] = container.lifecycle.preStop.exec.command;
    const timeout = container.args.find((arg: string) => arg.startsWith('--timeout=')).slice('--timeout='.length);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(Number(pause) + Number.parseInt(timeout, 10));
  });

  it('says to the program what it knows', async () => {
    const known = await options();
    const flags = container.args.filter((arg: string) => arg.startsWith('--')).map((arg: string) => arg.split('=')[0]);
    expect(flags.length).toBeGreaterThan(3);
    for (const flag of flags) expect(known).toContain(flag);
    expect(container.readinessProbe.httpGet.path).toBe('/v2/health/ready');
    expect(container.livenessProbe.httpGet.path).toBe('/v2/health/live');
  });
});

describe('Dockerfile', () => {
  const lines = read('examples/server/Dockerfile')
    .split('\n')
    .filter((line) => !/^(?:#.*)?$/.test(line));
  const of = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  it('has instructions, one a line', () => {
    for (const line of lines)
      expect(line).toMatch(/^(?:FROM|ENV|WORKDIR|RUN|COPY|USER|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD) \S/);
    expect(lines[0]).toMatch(/^FROM node:\d+/);
    expect(of('USER')).toEqual(['node']);
  });

  it('starts the program as the package has it', async () => {
    const [entry = '[]'] = of('ENTRYPOINT');
    const [node, main = '', command, ...flags] = JSON.parse(entry) as string[];
    const { name, bin, version } = JSON.parse(read('package.json'));
    expect([node, main, command]).toEqual(['node', `node_modules/${name}/${bin.gatewise}`, 'serve']);
    const known = await options();
    for (const flag of flags.filter((each) => each.startsWith('--'))) expect(known).toContain(flag);
    expect(of('RUN')[0]).toContain(` ${name}@${version.replace(/\.\d+$/, '')}`);
    expect(JSON.parse(of('CMD')[0] ?? '')).toEqual(['/models/weather.safetensors']);
  });
});
