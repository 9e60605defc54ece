// A small cluster for tests, with something of everything that targets are made of.
const POD = {
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    uid: 'uid-1',
    labels: { app: 'web', 'app.kubernetes.io/part-of': 'shop', empty: '' },
    annotations: { 'prometheus.io/scrape': 'true' },
    ownerReferences: [
      { apiVersion: 'v1', uid: 'r', kind: 'Other', name: 'other' },
      { apiVersion: 'apps/v1', uid: 'r', kind: 'ReplicaSet', name: 'web', controller: true },
    ],
  },
  spec: {
    nodeName: 'node-a',
    initContainers: [
      { name: 'init', image: 'init:1' },
      {
        name: 'sidecar',
        image: 'sidecar:1',
        ports: [{ containerPort: 9102, name: 'side', protocol: 'TCP' }],
      },
    ],
    containers: [
      {
        name: 'web',
        image: 'web:1',
        ports: [
          { containerPort: 8080, name: 'http', protocol: 'TCP' },
          { containerPort: 9100, protocol: 'UDP' },
        ],
      },
      { name: 'silent', image: 'silent:1' },
    ],
  },
  status: {
    phase: 'Running',
    podIP: '10.0.0.1',
    hostIP: '192.168.0.1',
    conditions: [
      { type: 'Initialized', status: 'False' },
      { type: 'Ready', status: 'True' },
    ],
    containerStatuses: [{ name: 'web', containerID: 'containerd://web' }],
    initContainerStatuses: [{ name: 'init', containerID: 'containerd://init' }],
  },
};

export const CLUSTER_OBJECTS = {
  pods: [
    POD,
    {
      metadata: { name: 'six', namespace: 'shop', uid: 'uid-6', labels: { app: 'six' } },
      spec: {
        nodeName: 'node-b',
        containers: [{ name: 'bare' }, { name: 'ported', ports: [{ containerPort: 81, protocol: 'TCP' }] }],
      },
      status: { phase: 'Pending', podIP: 'fd00::6', hostIP: '192.168.0.2' },
    },
    {
      metadata: { name: 'starting', namespace: 'other', uid: 'uid-2' },
      spec: { containers: [{ name: 'c', ports: [{ containerPort: 1 }] }] },
      status: { phase: 'Pending' },
    },
  ],
  services: [
    {
      metadata: { name: 'web', namespace: 'shop', labels: { team: 'a' }, annotations: { 'a/b': 'c' } },
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.1.0.1',
        ports: [
          { name: 'http', port: 80, protocol: 'TCP' },
          { port: 81, protocol: 'UDP' },
        ],
      },
    },
    {
      metadata: { name: 'outside', namespace: 'other' },
      spec: { type: 'ExternalName', externalName: 'example.com', ports: [{ port: 443, protocol: 'TCP' }] },
    },
    {
      metadata: { name: 'lb', namespace: 'other' },
      spec: {
        type: 'LoadBalancer',
        clusterIP: '10.1.0.2',
        loadBalancerIP: '198.51.100.7',
        ports: [{ name: 'x', port: 1, protocol: 'SCTP' }],
      },
    },
    { metadata: { name: 'headless', namespace: 'other' }, spec: { type: 'ClusterIP', clusterIP: 'None' } },
  ],
  nodes: [
    {
      metadata: { name: 'node-a', labels: { 'topology.kubernetes.io/zone': 'z1' }, annotations: { n: 'o' } },
      spec: { providerID: 'aws:///z1/i-1' },
      status: {
        addresses: [
          { type: 'Hostname', address: 'host-a' },
          { type: 'ExternalIP', address: '198.51.100.1' },
          { type: 'InternalIP', address: '192.168.0.1' },
          { type: 'InternalIP', address: 'fd00::1' },
        ],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      },
    },
    {
      metadata: { name: 'node-b' },
      status: {
        addresses: [
          { type: 'ExternalDNS', address: 'b.example' },
          { type: 'Hostname', address: 'b' },
        ],
      },
    },
    { metadata: { name: 'node-c' }, status: {} },
  ],
  endpoints: [
    {
      metadata: { name: 'web', namespace: 'shop', labels: { e: 'f' }, annotations: { g: 'h' } },
      subsets: [
        {
          addresses: [
            {
              ip: '10.0.0.1',
              nodeName: 'node-a',
              hostname: 'h',
              targetRef: { kind: 'Pod', name: 'web-1', namespace: 'shop' },
            },
            { ip: '10.0.0.9' },
            { ip: '192.168.0.2', targetRef: { kind: 'Node', name: 'node-a' } },
          ],
          notReadyAddresses: [
            { ip: 'fd00::6', targetRef: { kind: 'Pod', name: 'six', namespace: 'shop' } },
            { ip: '10.0.0.8', targetRef: { kind: 'Pod', name: 'gone', namespace: 'shop' } },
          ],
          ports: [
            { name: 'http', port: 8080, protocol: 'TCP' },
            { port: 7, protocol: 'UDP' },
          ],
        },
      ],
    },
    { metadata: { name: 'empty', namespace: 'other' } },
  ],
  endpointslices: [
    {
      metadata: {
        name: 'web-abc',
        namespace: 'shop',
        labels: { 'kubernetes.io/service-name': 'web' },
        annotations: { i: 'j' },
      },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          hostname: 'h',
          nodeName: 'node-a',
          zone: 'z1',
          targetRef: { kind: 'Pod', name: 'web-1', namespace: 'shop' },
          deprecatedTopology: { 'a/b': 'c' },
        },
        { addresses: ['10.0.0.9'], conditions: {} },
        { addresses: ['10.0.0.10'], targetRef: { kind: 'Node', name: 'node-a' } },
      ],
      ports: [
        { name: 'http', port: 9102, protocol: 'TCP', appProtocol: 'http' },
        { name: '', port: 9100, protocol: 'TCP' },
      ],
    },
    {
      metadata: { name: 'free', namespace: 'other' },
      addressType: 'IPv6',
      endpoints: [{ addresses: ['fd00::9'] }],
      ports: [{ name: 'p', port: 5, protocol: 'TCP' }],
    },
  ],
  ingresses: [
    {
      metadata: { name: 'front', namespace: 'shop', labels: { k: 'l' }, annotations: { m: 'n' } },
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['*.example.com', 'exact.example'] }],
        rules: [
          { host: 'a.example.com', http: { paths: [{ path: '/one' }, {}] } },
          { host: 'exact.example' },
          { host: 'b.a.example.com', http: { paths: [{ path: '/two' }] } },
        ],
      },
    },
  ],
};
