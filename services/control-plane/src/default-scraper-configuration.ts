/**
 * What GetDefaultScraperConfiguration answers: a whole configuration that this server's scrapers take, to
 * be filled in. AWS's own is one for Kubernetes; ours has the sources that are there.
 */
export const DEFAULT_SCRAPER_CONFIGURATION = `global:
  scrape_interval: 30s
  scrape_timeout: 10s
  external_labels:
    collector: ampere
scrape_configs:
  - job_name: static
    static_configs:
      - targets: ['127.0.0.1:9100']
        labels:
          instance_kind: node
`;
